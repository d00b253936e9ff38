using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;
using TorchSharp;

namespace MlNetConvVis.TorchSharp;

/// <summary>
/// Trains with TorchSharp: <c>new ConvNetTrainer(network, set, options, new TorchTrainingEngine())</c>. Network, names, checkpoints and the
/// exported ONNX file are those of the ONNX engine; derivatives come from autograd, and on NVIDIA devices the work is cuDNN's.
/// </summary>
public sealed class TorchTrainingEngine : ITrainingEngine
{
    /// <inheritdoc/>
    public string Name => "torchsharp";

    /// <summary>
    /// Gets whether convolutions and dense layers compute with float16 on a CUDA device. Weights, their update, normalisation over a batch or across maps and the
    /// loss stay float32, and gradients are taken of a scaled loss, so that small ones do not vanish. On the processor it is refused.
    /// </summary>
    /// <value>The default is false: float32 throughout, without TF32.</value>
    public bool MixedPrecision { get; init; }

    /// <summary>
    /// Gets whether equal steps give equal parameters to the bit on a CUDA device too, where cuDNN's sums otherwise have no fixed order: convolutions and maximum
    /// pools are written as windows and matrix products, which is slower and takes more memory. On the processor steps repeat to the bit without it.
    /// </summary>
    /// <value>The default is false.</value>
    public bool Deterministic { get; init; }

    /// <inheritdoc/>
    /// <exception cref="TorchMissingException">LibTorch is not there or does not load.</exception>
    /// <exception cref="SessionException">The device is missing, or mixed precision was asked for on the processor.</exception>
    public IStatefulSession Open(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(settings);
        return new TorchTrainingSession(network, options, step, batch, ArithmeticOn(LibTorch.Open(settings)));
    }

    private TorchArithmetic ArithmeticOn(torch.Device device)
    {
        var isCuda = device.type == DeviceType.CUDA;
        if (MixedPrecision && !isCuda)
        {
            throw new SessionException(
                $"Mixed precision was asked for, but the TorchSharp engine computes on '{device.type}', where float16 is no gain; a CUDA device was wanted. " +
                "Leave mixed precision out, or see 'convvis doctor' for why CUDA is missing.");
        }

        if (isCuda) torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = MixedPrecision;
        return new TorchArithmetic(device, MixedPrecision ? torch.ScalarType.Float16 : null, Deterministic && isCuda);
    }
}
