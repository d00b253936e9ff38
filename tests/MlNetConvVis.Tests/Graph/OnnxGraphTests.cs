using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>Graphs that do not hold together are refused, with the node that is to blame.</summary>
public class OnnxGraphTests
{
    [Fact]
    public void Graph_part_knows_no_engine_and_no_wire_format() => Assert.DoesNotContain(
        typeof(OnnxGraph).Assembly.GetReferencedAssemblies(),
        static a => a.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal) || a.Name is "Google.Protobuf"
            || a.Name.StartsWith("MlNetConvVis", StringComparison.Ordinal));

    [Theory]
    [InlineData("a = Relu(b)\nb = Relu(a)", "cycle through Relu node 'a'")]
    [InlineData("a = Relu(x)\ny = Conv(a, weights)", "'weights' is read by Conv node 'y'")]
    [InlineData("y = Relu(x)\ny = Relu(x)", "'y' is made twice")]
    [InlineData("x = Relu(x)", "'x' is made twice")]
    [InlineData("a = Relu(x)\n = Relu(a)", "not a node")]
    public void Broken_graphs_are_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<Exception>(() => GraphText.Parse(text, [1, 3])).Message, StringComparison.Ordinal);

    [Fact]
    public void Twice_declared_input_is_refused() =>
        Assert.Contains("'x'", Assert.Throws<GraphException>(() => GraphText.Parse(["y = Relu(x)"], [GraphText.Float("x", 1), GraphText.Float("x", 1)], ["y"]))
            .Message, StringComparison.Ordinal);

    [Fact]
    public void Twice_declared_output_is_refused() =>
        Assert.Contains("'y'", Assert.Throws<GraphException>(() => GraphText.Parse(["y = Relu(x)"], [GraphText.Float("x", 1)], ["y", "y"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Output_that_no_node_makes_is_refused() =>
        Assert.Contains("'z'", Assert.Throws<GraphException>(() => GraphText.Parse(["y = Relu(x)"], [GraphText.Float("x", 1)], ["z"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Node_without_outputs_is_refused() => Assert.Contains("makes no value", Assert.Throws<GraphException>(() => GraphText.Parse("y = Relu(x)", [1])
        .With(nodes: [new OnnxNode("Relu", "idle", ["x"], [], OnnxAttributes.None)], outputs: [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Nodes_are_sorted() =>
        Assert.Equal(["a", "b", "y"], GraphText.Parse(["b = Relu(a)", "a = Relu(x)", "y = Relu(b)"], [GraphText.Float("x", 1)], ["y"])
            .Nodes.Select(static n => n.Outputs[0]));

    [Theory]
    [InlineData("y = Conv(x, w)", "channels")]
    [InlineData("y = Gemm(x, w)", "takes matrices")]
    [InlineData("y = MaxPool(x) kernel_shape=[9,9]", "Use a larger image")]
    [InlineData("y = MaxPool(x) kernel_shape=[2]", "2 spatial axes")]
    [InlineData("y = MaxPool(x)", "states no kernel_shape")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] strides=[0,1]", "each must be 1 or more")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] strides=[0,1] auto_pad=SAME_UPPER", "each must be 1 or more")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] auto_pad=SAME", "auto_pad 'SAME'")]
    [InlineData("y = Add(x, v)", "do not broadcast")]
    [InlineData("y = MatMul(x, v)", "4 does not meet 3")]
    [InlineData("y = Concat(x, z) axis=1", "other axes differ")]
    [InlineData("y = Reshape(x, to)", "cannot turn [1,2,4,4] into [3,-1]")]
    [InlineData("y = Transpose(x) perm=[0,7]", "names axis 7, but its input has 4 axes")]
    [InlineData("y = Unsqueeze(x)", "states no axes")]
    [InlineData("y = Sum()", "does not fit its inputs")]
    public void Shapes_that_contradict_are_refused(string text, string reason)
    {
        var graph = GraphText.Parse(text, [1, 2, 4, 4], ("w", OnnxTensor.Of(new float[27], 1, 3, 3, 3)), ("v", OnnxTensor.Of(new float[3], 3)),
            ("z", OnnxTensor.Of(new float[6], 1, 1, 2, 3)), ("to", OnnxTensor.Of([3L, -1L], 2)));
        Assert.Contains(reason, Assert.Throws<GraphException>(() => ShapeInference.Infer(graph)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y = Reshape(x, zero_rest)", "[N,32]")]
    [InlineData("y = Reshape(x, rest_32)", "[N,32]")]
    [InlineData("y = Flatten(x)", "[N,32]")]
    [InlineData("y = MatMul(x, m)", "[N,2,4,5]")]
    [InlineData("y = MatMul(x, stack)", "[N,2,4,5]")]
    [InlineData("y = MatMul(x, v)", "[N,2,4]")]
    [InlineData("y = Add(x, channels)", "[N,2,4,4]")]
    [InlineData("y = GlobalMaxPool(x)", "[N,2,1,1]")]
    public void Free_batch_stays_free(string text, string expected)
    {
        var graph = GraphText.Parse(text, [-1, 2, 4, 4], ("m", OnnxTensor.Of(new float[20], 4, 5)), ("stack", OnnxTensor.Of(new float[40], 2, 4, 5)),
            ("v", OnnxTensor.Of(new float[4], 4)),
            ("channels", OnnxTensor.Of(new float[2], 2, 1, 1)), ("zero_rest", OnnxTensor.Of([0L, -1L], 2)), ("rest_32", OnnxTensor.Of([-1L, 32L], 2)));
        Assert.Equal(expected, ShapeInference.Infer(graph)["y"].ToString());
    }
}
