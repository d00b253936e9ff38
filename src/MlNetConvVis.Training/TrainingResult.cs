using MlNetConvVis.Graph;

namespace MlNetConvVis.Training;

/// <summary>What training gave.</summary>
/// <param name="Network">The trained network in the form it is used in, with preprocessing, class names, layers and spec in its metadata.</param>
/// <param name="Epochs">What came of every epoch, those before a resume included.</param>
/// <param name="Resumed">The epoch after which a resumed run went on; null when training began anew.</param>
/// <param name="ModelFile">The ONNX file, or null when nothing was written.</param>
public sealed record TrainingResult(OnnxGraph Network, IReadOnlyList<EpochMetrics> Epochs, int? Resumed, string? ModelFile);
