using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Onnx;
using Xunit;

namespace MlNetConvVis.Tests.Runtime;

/// <summary>The rewritten LRN beside ONNX Runtime's own.</summary>
public class ContrastNormalizationTests
{
    [Theory]
    [InlineData(5, 1e-4f, 0.75f, 2f)]
    [InlineData(7, 0.5f, 0.75f, 1f)]
    [InlineData(3, 2f, 0.5f, 0.1f)]
    [InlineData(9, 1f, 1f, 1f)]
    public void Computes_what_the_operator_computes(int size, float alpha, float beta, float bias)
    {
        var graph = Network(size, alpha, beta, bias);
        var lowered = ContrastNormalization.Lower(graph);
        Assert.DoesNotContain(lowered.Nodes, static n => n.OpType == "LRN");
        TensorAssert.Close(Run(graph), Run(lowered), new Tolerance(1e-6f, 2e-6f));
    }

    [Fact]
    public void Other_powers_stay_as_they_are() =>
        Assert.Contains(ContrastNormalization.Lower(Network(5, 1, 0.6f, 1)).Nodes, static n => n.OpType == "LRN");

    private static OnnxGraph Network(int size, float alpha, float beta, float bias)
    {
        var build = new GraphBuilder("test");
        var x = build.Input("x", ElementType.Float, new TensorShape(Dim.Free("N"), 7, 3, 5));
        var y = build.Node("LRN", [x], OnnxAttributes.Of(("size", (long)size), ("alpha", alpha), ("beta", beta), ("bias", bias)), "y");
        return build.ToGraph(new ValueInfo(y.Name, ElementType.Float, null));
    }

    /// <summary>A session of ONNX Runtime's own, which rewrites nothing.</summary>
    private static float[] Run(OnnxGraph graph)
    {
        var random = new SplitMix64(5);
        float[] values = [.. Enumerable.Range(0, 2 * 7 * 3 * 5).Select(_ => (random.Next() % 1000 / 100f) - 5)];
        using var session = new InferenceSession(OnnxFile.ToBytes(graph));
        using var input = OrtValue.CreateTensorValueFromMemory(values, [2, 7, 3, 5]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [input], ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
