using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;
using Xunit;

namespace MlNetConvVis.Tests.Features;

public class UnitPassTests
{
    /// <summary>Callers refuse by <see cref="GraphException"/>; it must not arrive wrapped in what the threads throw together.</summary>
    [Fact]
    public void A_failure_on_a_thread_arrives_as_it_was_thrown()
    {
        var value = new ValueInfo("x", ElementType.Float, TensorShape.Of(1, 2));
        var graph = new OnnxGraph(
            "passes", 18, [value], [value with { Name = "y" }], [new OnnxNode("Relu", "relu", ["x"], ["y"], OnnxAttributes.Of())], new Dictionary<string, OnnxTensor>(), new Dictionary<string, string>());
        using var passes = new UnitPasses(graph, new SessionSettings { Device = Device.Cpu, Threads = 3 });
        Assert.Equal("no", Assert.Throws<GraphException>(() => passes.ForEach(6, static (_, _) => throw new GraphException("no"))).Message);
    }
}
