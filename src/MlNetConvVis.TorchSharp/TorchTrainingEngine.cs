using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;

namespace MlNetConvVis.TorchSharp;

/// <summary>
/// Trains with TorchSharp: <c>new ConvNetTrainer(network, set, options, new TorchTrainingEngine())</c>. Network, names, checkpoints and the
/// exported ONNX file are those of the ONNX engine; derivatives come from autograd, and on NVIDIA devices the work is cuDNN's.
/// </summary>
public sealed class TorchTrainingEngine : ITrainingEngine
{
    /// <inheritdoc/>
    public string Name => "torchsharp";

    /// <inheritdoc/>
    /// <exception cref="TorchMissingException">LibTorch is not there or does not load.</exception>
    public IStatefulSession Open(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(settings);
        return new TorchTrainingSession(network, options, step, batch, settings);
    }
}
