using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.TorchSharp;
using TorchSharp;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>TorchSharp's native libraries compute, or it is told what the loader says: they may ask for a newer C++ runtime than the system has.</summary>
public sealed class LibTorchTests
{
    [Fact]
    public void The_native_libraries_beside_TorchSharp_compute()
    {
        Assert.SkipWhen(LibTorch.WhyNot is not null, $"LibTorch does not load here: {LibTorch.WhyNot}");
        using var sum = torch.arange(4, dtype: torch.float32).sum();
        Assert.Equal(6f, sum.item<float>());
        Assert.Matches(@"^\d+\.\d+", LibTorch.Version);
    }

    [Fact]
    public void Without_them_the_engine_says_why()
    {
        Assert.SkipWhen(LibTorch.WhyNot is null, "LibTorch loads here.");
        var network = NetworkSpec.Parse("name: one\ninput: { channels: 1, height: 2, width: 2 }\nlayers:\n  - fc: { type: dense, units: 2 }\n", "one.yaml")
            .Compile();
        var step = TrainingGraph.Of(network.Graph, new SgdOptions(), network.DropoutRates);
        var error = Assert.Throws<TorchMissingException>(() => new TorchTrainingEngine().Open(network.Graph, new SgdOptions(), step, 1, new SessionSettings()));
        Assert.Contains(LibTorch.WhyNot!, error.Message, StringComparison.Ordinal);
        Assert.Contains("ONNX engine", error.Message, StringComparison.Ordinal);
    }
}
