using MlNetConvVis.Training;

namespace MlNetConvVis.TorchSharp;

/// <summary>LibTorch, which TorchSharp needs, cannot be used on this machine; the message says why.</summary>
/// <param name="reason">Why, as the loader says.</param>
public sealed class TorchMissingException(string reason) : TrainingException(
    $"The TorchSharp engine cannot be used here: {reason}. Install a libtorch-cpu or libtorch-cuda package that fits TorchSharp " +
        "and this system, or train with the ONNX engine.");
