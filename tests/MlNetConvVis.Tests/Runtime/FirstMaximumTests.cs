using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Onnx;
using Xunit;

namespace MlNetConvVis.Tests.Runtime;

/// <summary>Indices by construction beside ONNX Runtime's own, which takes the first of equal values on the processor.</summary>
public class FirstMaximumTests
{
    [Theory]
    [InlineData(3, 2, 1, 0, 0)]
    [InlineData(3, 2, 1, 1, 1)]
    [InlineData(2, 2, 1, 0, 0)]
    [InlineData(3, 1, 2, 2, 1)]
    public void Ties_go_to_the_first_in_row_major_order(int kernel, int stride, int dilation, int before, int behind)
    {
        var build = new GraphBuilder("test");
        var x = build.Input("x", ElementType.Float, new TensorShape(Dim.Free("N"), 3, 9, 11));
        var outputs = build.Node("MaxPool", [x], 2, OnnxAttributes.Of(
            ("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { stride, stride }), ("dilations", new long[] { dilation, dilation }),
            ("pads", new long[] { before, before, behind, behind })), "y");
        var graph = build.ToGraph(new ValueInfo(outputs[0].Name, ElementType.Float, null), new ValueInfo(outputs[1].Name, ElementType.Int64, null));
        var lowered = FirstMaximum.Lower(graph);
        Assert.DoesNotContain(lowered.Nodes, static n => n.OpType == "MaxPool" && n.Outputs.Count > 1);
        Assert.Equal(Indices(graph), Indices(lowered));
    }

    private static long[] Indices(OnnxGraph graph)
    {
        var random = new SplitMix64(5);
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 9 * 11).Select(_ => (float)(random.Next() % 4) - 2)];
        using var session = new InferenceSession(OnnxFile.ToBytes(graph));
        using var input = OrtValue.CreateTensorValueFromMemory(values, [2, 3, 9, 11]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["x"], [input], [graph.Outputs[1].Name]);
        return results[0].GetTensorDataAsSpan<long>().ToArray();
    }
}
