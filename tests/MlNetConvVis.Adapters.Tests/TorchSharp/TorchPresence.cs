using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.TorchSharp;
using MlNetConvVis.Training;
using TorchSharp;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>What LibTorch can do here.</summary>
internal static class TorchPresence
{
    /// <summary>Gets whether this LibTorch convolves float16 on the processor: from version 2.1 on.</summary>
    public static bool HasHalfOnProcessor => Version.Parse(LibTorch.Version.Split('+', 'a')[0]) >= new Version(2, 1);

    public static void SkipWithout() => Assert.SkipWhen(LibTorch.WhyNot is not null, $"LibTorch does not load here: {LibTorch.WhyNot}");
}

/// <summary>The engine with an arithmetic that it would not choose on the processor.</summary>
internal sealed class EngineOf(Func<torch.Device, TorchArithmetic> arithmetic) : ITrainingEngine
{
    public string Name => "torchsharp";

    public IStatefulSession Open(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, SessionSettings settings) =>
        new TorchTrainingSession(network, options, step, batch, arithmetic(LibTorch.Open(settings)));
}
