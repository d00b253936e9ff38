using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>What exporters write around Reshape and elsewhere, each brought to a form that runs, has shapes and can be reversed.</summary>
public class ExportedFormTests
{
    private static readonly Dictionary<string, OnnxTensor> s_constants = new()
    {
        ["zero"] = OnnxTensor.Of([0L]), ["one"] = OnnxTensor.Of([1L]), ["zeros"] = Longs(0), ["ones"] = Longs(1), ["twos"] = Longs(2), ["minus"] = Longs(-1),
        ["eight"] = Longs(8), ["fours"] = Longs(4),
        ["all"] = Longs(2, 12), ["two_all"] = Longs(2, -1), ["one_each"] = Longs(1, 1, 1, 1), ["two"] = OnnxTensor.Of([2L]), ["half"] = OnnxTensor.Of([2f]),
        ["w"] = Floats(2, 12), ["wt"] = Floats(12, 2), ["fixed"] = Longs(12, 2),
        ["to_fixed"] = Longs(2, 3, 4, 4), ["v"] = Floats(3), ["k"] = Floats(3, 3, 1, 1), ["nchw"] = Longs(0, 2, 3, 1), ["up"] = OnnxTensor.Of([1f, 1, 2, 2], 4),
        ["nothing"] = OnnxTensor.Of(Array.Empty<float>(), 0),
        ["bn"] = OnnxTensor.Of([1f, 2, 3], 3),
    };

    /// <summary>The input is [N,3,2,2], the output must be the input's twelve values of each image, in order.</summary>
    [Theory]
    [InlineData("s = Shape(x)\nn = Gather(s, zero)\nu = Unsqueeze(n) axes=[0]\nc = Concat(u, minus) axis=0\ny = Reshape(x, c)", 9)]
    [InlineData("s = Shape(x)\nn = Gather(s, zero)\nu = Unsqueeze(n, zeros)\nc = Concat(u, minus) axis=0\ny = Reshape(x, c)", 13)]
    [InlineData("s = Shape(x)\nn = Gather(s, zeros)\nc = Concat(n, minus) axis=0\ny = Reshape(x, c)", 18)]
    [InlineData("s = Shape(x)\nn = Slice(s) starts=[0] ends=[1]\nc = Concat(n, minus) axis=0\ny = Reshape(x, c)", 9)]
    [InlineData("s = Shape(x)\nn = Slice(s, zeros, ones)\nr = Slice(s, ones, fours)\n" +
        "p = ReduceProd(r) keepdims=1\nc = Concat(n, p) axis=0\ny = Reshape(x, c)", 11)]
    [InlineData("s = Shape(x)\nf = Cast(s) to=1\ni = Cast(f) to=7\nn = Slice(i, zeros, ones)\nc = Concat(n, minus) axis=0\ny = Reshape(x, c)", 11)]
    [InlineData("s = Shape(x) end=1\nc = Concat(s, minus) axis=0\ny = Reshape(x, c)", 15)]
    [InlineData("s = Shape(x)\nh = Gather(s, two)\na = Gather(s, zero)\nm = Mul(h, h)\nq = Mul(m, m)\nd = Sub(q, m)\ne = Div(d, one)\n" +
        "u = Unsqueeze(a, zeros)\nb = Unsqueeze(e, zeros)\nc = Concat(u, b) axis=0\ny = Reshape(x, c)", 14)]
    [InlineData("y = Flatten(x)", 7)]
    [InlineData("s = Size(k)\nr = Range(zero, two, one)\ng = Gather(r, zeros)\nc = Concat(g, minus) axis=0\ny = Reshape(x, c)", 14)]
    [InlineData("s = Shape(x)\nn = Gather(s, zero)\nu = Unsqueeze(n, zeros)\nq = Squeeze(u, zeros)\nv1 = Reshape(q, ones)\nc = Concat(v1, minus) axis=0\n" +
        "r = Reshape(x, c)\nz = ConstantOfShape(ones)\nt = Cast(z) to=1\ny = Add(r, t)", 13)]
    public void Reshapes_to_computed_sizes_keep_the_batch(string text, int opset)
    {
        foreach (var batch in new long[] { -1, 1, 2 })
        {
            var graph = Canonical(text, batch, opset);
            Assert.DoesNotContain(graph.Nodes, static n => n.OpType is "Shape" or "Gather" or "Concat");
            var x = Image(2 * 12);
            var free = BatchFreeing.Apply(graph, "x");
            Assert.Equal(new TensorShape(batch < 0 ? Dim.Free("N") : batch, 12), ShapeInference.Infer(graph)["y"]);
            Assert.Equal(new TensorShape(Dim.Free("N"), 12), ShapeInference.Infer(free)["y"]);
            TensorAssert.Close(x, GraphRun.Of(free, OnnxTensor.Of(x, 2, 3, 2, 2)).Floats, Tolerance.Exact);
            TensorAssert.Close(x, GraphRun.Reverse(free, OnnxTensor.Of(x, 2, 3, 2, 2), OnnxTensor.Of(x, 2, 12), ReversalRules.Gradient), Tolerance.Exact);
        }
    }

    /// <summary>Two is the batch, and stands in the target.</summary>
    [Theory]
    [InlineData("y = Reshape(x, all)")]
    [InlineData("y = Reshape(x, two_all)")]
    public void A_fixed_batch_in_a_constant_target_is_freed(string text)
    {
        var graph = BatchFreeing.Apply(Canonical(text, 2, 13), "x");
        Assert.False(graph.Inputs[0].Shape![0].IsKnown);
        var x = Image(36);
        TensorAssert.Close(x, GraphRun.Of(graph, OnnxTensor.Of(x, 3, 3, 2, 2)).Floats, Tolerance.Exact);
    }

    [Theory]
    [InlineData("t = Transpose(x) perm=[1,0,2,3]\ny = Relu(t)")]
    [InlineData("y = Add(x, k2)")]
    public void A_batch_that_cannot_be_freed_stays(string text)
    {
        var constants = new Dictionary<string, OnnxTensor>(s_constants) { ["k2"] = Floats(2, 1, 1, 1) };
        var graph = CanonicalForm.Of(GraphText.Parse(text.Split('\n'), [GraphText.Float("x", 2, 3, 2, 2)], ["y"], constants));
        Assert.Same(graph, BatchFreeing.Apply(graph, "x"));
    }

    /// <summary>CNTK multiplies with a weight that is reshaped first.</summary>
    [Fact]
    public void Weights_that_are_reshaped_or_transposed_become_constants()
    {
        var graph = Canonical("f = Flatten(x)\nr = Reshape(w, fixed)\nt = Transpose(wt)\nu = Reshape(t, fixed)\na = Add(r, u)\ny = MatMul(f, a)", -1, 9);
        Assert.Equal(["Flatten", "MatMul"], graph.Nodes.Select(static n => n.OpType));
        var (w, wt, x) = (s_constants["w"].Floats.ToArray(), s_constants["wt"].Floats.ToArray(), Image(12));
        float At(int row, int column) => w[(row * 2) + column] + (((row * 2) + column) is var flat ? wt[(flat % 12 * 2) + (flat / 12)] : 0);
        float[] expected = [.. Enumerable.Range(0, 2).Select(column => Enumerable.Range(0, 12).Sum(row => x[row] * At(row, column)))];
        TensorAssert.Close(expected, GraphRun.Of(graph, OnnxTensor.Of(x, 1, 3, 2, 2)).Floats, Tolerance.Float32);
    }

    [Theory]
    [InlineData("y = Upsample(x)", 7)]
    [InlineData("y = Upsample(x, up) mode=nearest", 9)]
    [InlineData("y = Resize(x, up) mode=nearest", 10)]
    [InlineData("y = Resize(x, nothing, up) mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor", 11)]
    [InlineData("y = Resize(x, , up)", 13)]
    [InlineData("s = Shape(x)\nh = Slice(s, twos, fours)\nm = Mul(h, two)\nb = Slice(s, zeros, twos)\nc = Concat(b, m) axis=0\n" +
        "y = Resize(x, nothing, nothing, c) mode=nearest", 11)]
    [InlineData("s = Shape(x)\nh = Slice(s, twos, fours)\nf = Cast(h) to=1\ng = Mul(f, half)\nl = Floor(g)\nm = Cast(l) to=7\nb = Slice(s, zeros, twos)\n" +
        "c = Concat(b, m) axis=0\ny = Resize(x, , , c) mode=nearest", 13)]
    public void Forms_of_upsampling_repeat_rows_and_columns(string text, int opset)
    {
        var graph = opset == 7 ? Upsample7() : Canonical(text, -1, opset);
        Assert.Equal("Resize", Assert.Single(graph.Nodes).OpType);
        var x = Image(12);
        float[] expected = [.. x.Chunk(2).SelectMany(static row => Enumerable.Repeat((float[])[row[0], row[0], row[1], row[1]], 2).SelectMany(static r => r))];
        TensorAssert.Close(expected, GraphRun.Of(graph, OnnxTensor.Of(x, 1, 3, 2, 2)).Floats, Tolerance.Exact);
    }

    [Theory]
    [InlineData("y = Gelu(x)", 20)]
    [InlineData("y = Gelu(x) approximate=tanh", 20)]
    [InlineData("y = Mish(x)", 18)]
    public void Newer_activations_are_written_out(string text, int opset)
    {
        var x = Image(12);
        float[] expected = [.. x.Select(v => (float)(text.Contains("Mish", StringComparison.Ordinal) ? v * Math.Tanh(Math.Log(1 + Math.Exp(v)))
            : 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v))))))];
        var tolerance = text == "y = Gelu(x)" ? new Tolerance(1e-3f, 0) : Tolerance.Float32;      // the approximation is that near
        TensorAssert.Close(expected, GraphRun.Of(Canonical(text, -1, opset), OnnxTensor.Of(x, 1, 3, 2, 2)).Floats, tolerance);
    }

    [Fact]
    public void Half_and_double_precision_become_float()
    {
        var half = OnnxTensor.FromBytes(ElementType.Float16, [3, 1, 1], [.. new[] { 1f, 0.5f, -2 }.SelectMany(static v => BitConverter.GetBytes((Half)v))]);
        var twice = OnnxTensor.FromBytes(ElementType.Double, [], BitConverter.GetBytes(0.25));
        var graph = GraphText.Parse("c = Cast(x) to=11\nm = Mul(c, h)\ny = Add(m, d)", [1, 3, 1, 1], ("h", half), ("d", twice));
        graph = graph.With(inputs: [graph.Inputs[0] with { Type = ElementType.Float16 }]);
        var canonical = CanonicalForm.Of(graph);
        Assert.Equal(ElementType.Float, canonical.Inputs[0].Type);
        TensorAssert.Close([2.25f, 1.25f, -3.75f], GraphRun.Of(canonical, OnnxTensor.Of([2f, 2, 2], 1, 3, 1, 1)).Floats, Tolerance.Exact);
    }

    /// <summary>A batch normalisation that follows no convolution keeps the row of its own: its scale, under every preset.</summary>
    [Theory]
    [InlineData("paper")]
    [InlineData("guided")]
    [InlineData("gradient")]
    public void Batch_normalisation_that_cannot_be_folded_scales_the_signal(string preset)
    {
        var graph = BatchNormalizationFolding.Apply(Canonical("n = BatchNormalization(x, bn, bn, bn, bn) epsilon=0.0\ny = Relu(n)", -1, 9));
        Assert.Equal("BatchNormalization", graph.Nodes[0].OpType);
        var x = Enumerable.Repeat(9f, 12).ToArray();
        float[] expected = [.. Enumerable.Range(0, 12).Select(static i => MathF.Sqrt(1 + (i / 4)))];      // scale / sqrt(variance), both c
        TensorAssert.Close(expected, GraphRun.Reverse(graph, OnnxTensor.Of(x, 1, 3, 2, 2), OnnxTensor.Of(Enumerable.Repeat(1f, 12).ToArray(), 1, 3, 2, 2),
            ReversalRules.Named(preset)), Tolerance.Float32);
    }

    [Fact]
    public void Keras_models_keep_their_own_order()
    {
        var graph = GraphText.Parse("t = Transpose(x) perm=[0,3,1,2]\nc = Conv(t, k)\nr = Relu(c)\nb = Transpose(r) perm=[0,2,3,1]\n" +
            "g = ReduceMean(b) axes=[1,2] keepdims=0\ny = Softmax(g) axis=1", [-1, 4, 5, 3], ("k", Floats(2, 3, 3, 3))).With(opset: 12);
        var net = new ConvNet(graph);
        Assert.Equal(ImageAxes.Nhwc, net.Axes);
        Assert.Equal("[N,4,5,3]", net.Image.Shape!.ToString());
        Assert.Equal([new FieldAxis(3, 1, 0), new FieldAxis(3, 1, 0)], net.FieldOf("r"));
        Assert.Contains("lies [N, rows, columns, channels]", Assert.Throws<GraphException>(() => net.FieldOf("b")).Message, StringComparison.Ordinal);
        using var projector = new Projector(net, "r", ReversalRules.Gradient, GraphRun.Settings);
        var (x, projection, activation) = (Image(60), new float[60], new float[1]);
        projector.Project(x, [new Unit(1, 1, 2)], projection, activation);
        for (var place = 0; place < 20; place++) Assert.Equal(place / 5 >= 1 && place % 5 >= 2, projection.AsSpan(place * 3, 3).ContainsAnyExcept(0f));
        Assert.Equal([1f, 4, 2, 5, 3, 6], net.ChannelsFirst(new float[] { 1, 2, 3, 4, 5, 6 }, 1, 2).ToArray());
    }

    /// <summary>Operator set 7 has the scales as an attribute of real numbers.</summary>
    private static OnnxGraph Upsample7()
    {
        var node = new OnnxNode("Upsample", "", ["x"], ["y"], OnnxAttributes.Of(("scales", new[] { 1f, 1, 2, 2 })));
        return CanonicalForm.Of(new OnnxGraph(
            "test", 7, [GraphText.Float("x", -1, 3, 2, 2)], [new ValueInfo("y", ElementType.Float, null)], [node], new Dictionary<string, OnnxTensor>()));
    }

    private static OnnxGraph Canonical(string text, long batch, int opset) =>
        CanonicalForm.Of(GraphText.Parse(text.Split('\n'), [GraphText.Float("x", batch, 3, 2, 2)], ["y"], s_constants, opset));

    private static float[] Image(int count) => [.. Enumerable.Range(0, count).Select(static i => ((i * 7 % 12) - 4) / 4f)];

    private static OnnxTensor Longs(params long[] values) => OnnxTensor.Of(values, values.Length);

    private static OnnxTensor Floats(params long[] dims) =>
        OnnxTensor.Of([.. Enumerable.Range(1, (int)OnnxTensor.Product(dims)).Select(static i => i / 8f)], dims);
}
