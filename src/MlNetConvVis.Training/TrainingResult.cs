using MlNetConvVis.Graph;

namespace MlNetConvVis.Training;

/// <summary>What training gave.</summary>
/// <param name="Network">The trained network in the form it is used in, with preprocessing, class names, layers and spec in its metadata.</param>
/// <param name="Epochs">What came of every epoch, those before a resume included.</param>
/// <param name="Resumed">The epoch after which a resumed run went on; null when training began anew.</param>
/// <param name="ModelFile">The ONNX file, or null when nothing was written.</param>
public sealed record TrainingResult(OnnxGraph Network, IReadOnlyList<EpochMetrics> Epochs, int? Resumed, string? ModelFile)
{
    /// <summary>Gets the epoch with the lowest validation error; null when nothing was validated.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Gets the network of the best epoch as an ONNX file, or null when nothing was validated or written.</summary>
    public string? BestModelFile { get; init; }

    /// <summary>Gets whether training ended before its last epoch, because the validation error fell no more.</summary>
    public bool StoppedEarly { get; init; }
}
