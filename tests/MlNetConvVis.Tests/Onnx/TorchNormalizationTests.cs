using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Onnx;

/// <summary>PyTorch's LocalResponseNorm as PyTorch writes it, beside what PyTorch computes (torch_normalization.py).</summary>
public class TorchNormalizationTests
{
    private static readonly Dictionary<string, Dictionary<string, float[]>> s_cases =
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, float[]>>>(ReferenceFile.Bytes("Onnx", "torch_normalization.json"))!;

    [Theory]
    [InlineData("torch_lrn5_opset9", true)]
    [InlineData("torch_lrn5_opset13", true)]
    [InlineData("torch_lrn4_opset9", false)]
    [InlineData("torch_lrn4_opset13", false)]
    public void Is_recognised_where_ONNX_has_the_same_and_computes_what_PyTorch_does(string name, bool recognised)
    {
        var graph = OnnxFile.Load(ReferenceFile.PathOf("Onnx", $"{name}.onnx"));
        Assert.DoesNotContain(graph.Nodes, static n => n.OpType == "If");
        Assert.Equal(recognised, graph.Nodes.Any(static n => n.OpType == "LRN"));
        if (recognised) Assert.Equal(["Conv", "Relu", "LRN", "Conv", "Relu"], graph.Nodes.Select(static n => n.OpType));
        var expected = s_cases[name];
        TensorAssert.Close(expected["y"], GraphRun.Of(graph, OnnxTensor.Of(expected["x"], 2, 3, 12, 12)).Floats, Tolerance.Float32);
    }

    [Fact]
    public void A_choice_that_depends_on_the_image_is_refused()
    {
        var error = Assert.Throws<GraphException>(() => OnnxFile.Load(ReferenceFile.PathOf("Onnx", "torch_choice.onnx")));
        Assert.Contains("computes from the images (control flow)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mean = AveragePool(rows) kernel_shape=[5,1] pads=[2,0,2,0] count_include_pad=1", true)]
    [InlineData("mean = AveragePool(rows) kernel_shape=[5,1] pads=[2,0,2,0]", false)]                                // divides by less at the ends
    [InlineData("mean = AveragePool(rows) kernel_shape=[5,1] pads=[1,0,3,0] count_include_pad=1", false)]            // other channels
    [InlineData("mean = AveragePool(rows) kernel_shape=[1,5] pads=[0,2,0,2] count_include_pad=1", false)]            // other places
    [InlineData("mean = AveragePool(rows) kernel_shape=[5,1] pads=[2,0,2,0] strides=[1,1] count_include_pad=1", true)]
    public void Only_means_over_neighbouring_channels_are_recognised(string pool, bool recognised)
    {
        var graph = GraphText.Parse(
            $"""
            square = Mul(x, x)
            rows = Reshape(square, tall)
            {pool}
            flat = Reshape(mean, places)
            scaled = Mul(flat, alpha)
            sum = Add(scaled, k)
            power = Pow(sum, beta)
            y = Div(x, power)
            """,
            [2, 6, 3, 3], ("tall", OnnxTensor.Of([2L, 1, 6, 9], 4)), ("places", OnnxTensor.Of([2L, 6, 3, 3], 4)), ("alpha", OnnxTensor.Of([0.5f], 1)),
            ("k", OnnxTensor.Of([2f], 1)), ("beta", OnnxTensor.Of([0.75f], 1)));
        var canonical = CanonicalForm.Of(graph);
        Assert.Equal(recognised, canonical.Nodes.Any(static n => n.OpType == "LRN"));
        var x = OnnxTensor.Of([.. Enumerable.Range(0, 108).Select(static i => MathF.Sin(i))], 2, 6, 3, 3);
        TensorAssert.Close(GraphRun.Of(graph, x).Floats, GraphRun.Of(canonical, x).Floats, Tolerance.Float32);
    }
}
