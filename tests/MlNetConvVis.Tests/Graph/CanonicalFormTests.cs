using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>Old forms of operators, brought to the written operator set, give the values that their own set defines.</summary>
public class CanonicalFormTests
{
    private static readonly float[] s_image = [.. Enumerable.Range(0, 24).Select(static v => ((v * 7 % 11) - 5) / 2f)];

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(18)]
    [InlineData(21)]
    [InlineData(25)]
    public void Operator_sets_that_are_read_become_the_written_one(int opset)
    {
        var graph = CanonicalForm.Of(Graph("y = Relu(x)", opset));
        Assert.Equal(OpsetVersions.Written, graph.Opset);
        TensorAssert.Close([.. s_image.Select(static v => Math.Max(v, 0))], Run(graph), Tolerance.Exact);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(26)]
    [InlineData(99)]
    public void Other_operator_sets_are_refused(int opset)
    {
        var error = Assert.Throws<GraphException>(() => CanonicalForm.Of(Graph("y = Relu(x)", opset)));
        Assert.Contains($"operator set {opset}; 7 to 25 are read", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Before operator set 13 all axes from `axis` on are one row of a matrix, 1 by default; the input is [2,3,2,2].</summary>
    [Theory]
    [InlineData("y = Softmax(x)", 7, 12)]
    [InlineData("y = Softmax(x) axis=1", 11, 12)]
    [InlineData("y = Softmax(x) axis=2", 12, 4)]
    [InlineData("y = Softmax(x) axis=-1", 12, 2)]
    [InlineData("y = Softmax(x) axis=3", 9, 2)]
    [InlineData("y = Softmax(x) axis=0", 12, 24)]
    [InlineData("y = Softmax(x)", 13, 2)]
    public void Softmax_keeps_its_meaning(string text, int opset, int rowLength)
    {
        double[] expected = [.. s_image.Chunk(rowLength).SelectMany(static row => row.Select(v => Math.Exp(v) / row.Sum(static w => Math.Exp(w))))];
        TensorAssert.Close([.. expected.Select(static v => (float)v)], Run(CanonicalForm.Of(Graph(text, opset))), Tolerance.Float32);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(13)]
    public void LogSoftmax_keeps_its_meaning(int opset)
    {
        var rowLength = opset < 13 ? 12 : 2;
        double[] expected = [.. s_image.Chunk(rowLength).SelectMany(static row => row.Select(v => v - Math.Log(row.Sum(static w => Math.Exp(w)))))];
        TensorAssert.Close([.. expected.Select(static v => (float)v)], Run(CanonicalForm.Of(Graph("y = LogSoftmax(x)", opset))), Tolerance.Float32);
    }

    [Fact]
    public void Old_softmax_of_a_matrix_stays_one_node()
    {
        var graph = CanonicalForm.Of(Graph("g = GlobalAveragePool(x)\ny = Softmax(g)", 9));
        Assert.Equal(["GlobalAveragePool", "Softmax"], graph.Nodes.Select(static n => n.OpType));
        Assert.Equal(1, graph.Nodes[1].Attributes.Int("axis", -1));
    }

    [Fact]
    public void Old_softmax_over_an_image_of_free_size_is_reshaped_while_it_runs()
    {
        var graph = GraphText.Parse(["y = Softmax(x)"], [new("x", ElementType.Float, new TensorShape(Dim.Free("N"), 3, Dim.Free("H"), 2))], ["y"], opset: 9);
        Assert.Equal(["Flatten", "Softmax", "Shape", "Reshape"],
            CanonicalForm.Of(graph).Nodes.Select(static n => n.OpType).OrderBy(static op => Array.IndexOf(["Flatten", "Softmax", "Shape", "Reshape"], op)));
    }

    [Fact]
    public void Old_softmax_can_be_reversed()
    {
        var graph = CanonicalForm.Of(Graph("y = Softmax(x)", 9));
        var seed = new float[24];
        seed[0] = 1;
        var actual = GraphRun.Reverse(graph, Image(), OnnxTensor.Of(seed, 2, 3, 2, 2), ReversalRules.Gradient);
        var row = s_image[..12];
        var y = row.Select(v => Math.Exp(v) / row.Sum(static w => Math.Exp(w))).ToArray();
        float[] expected = [.. y.Select((v, i) => (float)(y[0] * ((i == 0 ? 1 : 0) - v))), .. new float[12]];
        TensorAssert.Close(expected, actual, Tolerance.Float32);
    }

    [Theory]
    [InlineData("y = Clip(x) min=-1.0 max=1.5", 7, -1, 1.5f)]
    [InlineData("y = Clip(x) min=0.0", 9, 0, float.MaxValue)]
    [InlineData("y = Clip(x) max=0.5", 10, float.MinValue, 0.5f)]
    [InlineData("y = Clip(x)", 10, float.MinValue, float.MaxValue)]
    public void Clip_with_limits_as_attributes(string text, int opset, float low, float high) =>
        TensorAssert.Close([.. s_image.Select(v => Math.Clamp(v, low, high))], Run(CanonicalForm.Of(Graph(text, opset))), Tolerance.Exact);

    [Theory]
    [InlineData("y = Dropout(x) ratio=0.5", 7)]
    [InlineData("y, mask = Dropout(x) ratio=0.5", 10)]
    [InlineData("y, mask = Dropout(x, half) seed=3", 12)]
    [InlineData("y = Dropout(x, half)", 13)]
    public void Dropout_passes_through(string text, int opset)
    {
        var lines = text.Split('\n');
        var graph = GraphText.Parse(lines, [GraphText.Float("x", 2, 3, 2, 2)], ["y"],
            new Dictionary<string, OnnxTensor> { ["half"] = OnnxTensor.Of([0.5f]) }, opset);
        TensorAssert.Close(s_image, Run(CanonicalForm.Of(graph)), Tolerance.Exact);
    }

    [Theory]
    [InlineData("u = Unsqueeze(x) axes=[0,5]\ny = Squeeze(u) axes=[0,5]", 7, 1)]
    [InlineData("y = ReduceMean(x) axes=[2,3] keepdims=0", 13, 4)]
    [InlineData("y = ReduceMean(x) axes=[-1,-2]", 11, 4)]
    public void Axes_as_attributes(string text, int opset, int group)
    {
        float[] expected = [.. s_image.Chunk(group).Select(static g => g.Average())];
        TensorAssert.Close(expected, Run(CanonicalForm.Of(Graph(text, opset))), Tolerance.Float32);
    }

    [Theory]
    [InlineData("y = ReduceSum(x) axes=[2,3]", 11)]
    [InlineData("y = ReduceMax(x) axes=[2,3]", 13)]
    [InlineData("y = Pad(x) pads=[0,0,1,0,0,0,0,1] value=1.5", 10)]
    [InlineData("y = Slice(x) starts=[1,0] ends=[3,1] axes=[1,2]", 9)]
    [InlineData("a, y = Split(x) axis=1 split=[1,2]", 11)]
    [InlineData("y, a = Split(x) axis=2", 13)]
    public void Forms_of_other_operators_are_ones_that_the_runtime_takes(string text, int opset)
    {
        var lines = text.Split('\n');
        var graph = GraphText.Parse(lines, [GraphText.Float("x", 2, 3, 2, 2)], ["y"], opset: opset);
        var shape = text.Contains("ReduceSum", StringComparison.Ordinal) ? (long[])[2, 3, 1, 1]
            : text.Contains("ReduceMax", StringComparison.Ordinal) ? [2, 3, 1, 1]
            : text.Contains("Pad", StringComparison.Ordinal) ? [2, 3, 3, 3] : text.Contains("Slice", StringComparison.Ordinal) ? [2, 2, 1, 2]
            : text.Contains("axis=1", StringComparison.Ordinal) ? [2, 2, 2, 2] : [2, 3, 1, 2];
        var canonical = CanonicalForm.Of(graph);
        var actual = Run(canonical.With(outputs: [GraphText.Float("y", shape)]));
        Assert.Equal(OldForm(text), actual);
    }

    [Fact]
    public void Old_batch_normalisation()
    {
        var constants = new Dictionary<string, OnnxTensor>
        {
            ["scale"] = OnnxTensor.Of([1f, 2, 3], 3), ["bias"] = OnnxTensor.Of([0.5f, 0, -1], 3), ["mean"] = OnnxTensor.Of([1f, -1, 0], 3),
            ["variance"] = OnnxTensor.Of([3f, 0, 8], 3),
        };
        var graph = GraphText.Parse(["y, a, b, c, d = BatchNormalization(x, scale, bias, mean, variance) epsilon=1.0 momentum=0.9 spatial=1"],
            [GraphText.Float("x", 2, 3, 2, 2)], ["y"], constants, 7);
        float[] expected = [.. s_image.Select(static (v, i) => (i / 4 % 3) switch { 0 => ((v - 1) / 2) + 0.5f, 1 => 2 * (v + 1), _ => v - 1 })];
        TensorAssert.Close(expected, Run(CanonicalForm.Of(graph)), Tolerance.Float32);
    }

    [Theory]
    [InlineData("y = BatchNormalization(x, c, c, c, c) spatial=0", 7, "spatial = 0")]
    [InlineData("y = AveragePool(x) kernel_shape=[2,2] dilations=[2,1]", 19, "dilations")]
    [InlineData("y = Softmax(x) axis=4", 9, "axis 4")]
    [InlineData("y = Pad(x)", 7, "states no pads")]
    [InlineData("y = Slice(x) starts=[0]", 9, "no ends")]
    [InlineData("y = Dropout()", 9, "has no input")]
    [InlineData("y = Clip(, c)", 9, "has no input")]
    public void Forms_without_a_written_one_are_refused(string text, int opset, string reason)
    {
        var graph = GraphText.Parse([text], [GraphText.Float("x", 2, 3, 2, 2)], ["y"],
            new Dictionary<string, OnnxTensor> { ["c"] = OnnxTensor.Of(new float[3], 3) }, opset);
        Assert.Contains(reason, Assert.Throws<GraphException>(() => CanonicalForm.Of(graph)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constant_nodes_become_initializers()
    {
        var shape = OnnxTensor.Of([3L, 1, 1], 3);
        var constant = new OnnxNode("Constant", "", [], ["s"], OnnxAttributes.Of(("value", shape)));
        var filled = new OnnxNode("ConstantOfShape", "", ["s"], ["k"], OnnxAttributes.Of(("value", OnnxTensor.Of([2f], 1))));
        var same = new OnnxNode("Identity", "", ["k"], ["k2"], OnnxAttributes.None);
        var one = new OnnxNode("Constant", "", [], ["one"], OnnxAttributes.Of(("value_float", 1f)));
        var graph = GraphText.Parse("m = Mul(x, k2)\ny = Add(m, one)", [2, 3, 2, 2], ("k2", OnnxTensor.Of([0f])), ("one", OnnxTensor.Of([0f])));
        graph = graph.With(nodes: [constant, filled, same, one, .. graph.Nodes], initializers: new Dictionary<string, OnnxTensor>());
        var canonical = CanonicalForm.Of(graph);
        Assert.Equal(["Mul", "Add"], canonical.Nodes.Select(static n => n.OpType));
        TensorAssert.Close([.. s_image.Select(static v => (2 * v) + 1)], Run(canonical), Tolerance.Exact);
    }

    [Fact]
    public void Batch_normalisation_folds_into_the_convolution_before_it_where_nothing_else_reads_that()
    {
        var reference = Reference.ReferenceCase.All["residual"];
        var graph = reference.Network([], ["r3", "y"]);
        var folded = BatchNormalizationFolding.Apply(graph);
        Assert.Equal(2, graph.Nodes.Count(static n => n.OpType == "BatchNormalization"));
        Assert.Equal(0, folded.Nodes.Count(static n => n.OpType == "BatchNormalization"));
        var actual = GraphRun.Of(folded, reference.Feeds());
        foreach (var output in new[] { "r3", "y" }) TensorAssert.Close(reference.Outputs[output].Floats!, actual[output].Floats, Tolerance.Float32);
        var read = graph.With(outputs: [.. graph.Outputs, new ValueInfo("c1", ElementType.Float, null)]);
        Assert.Equal(1, BatchNormalizationFolding.Apply(read).Nodes.Count(static n => n.OpType == "BatchNormalization"));
        Assert.Contains("'c1' is read elsewhere", BatchNormalizationFolding.CanFold(read, read.ProducerOf("b1")!).Reason, StringComparison.Ordinal);
    }

    /// <summary>The operators that have no reversal, in plain loops over [2,3,2,2].</summary>
    private static float[] OldForm(string text)
    {
        float At(int n, int c, int h, int w) => s_image[(((((n * 3) + c) * 2) + h) * 2) + w];
        var planes = s_image.Chunk(4).ToArray();
        return text.Contains("ReduceSum", StringComparison.Ordinal) ? [.. planes.Select(static p => p.Sum())]
            : text.Contains("ReduceMax", StringComparison.Ordinal) ? [.. planes.Select(static p => p.Max())]
            : text.Contains("Pad", StringComparison.Ordinal)
                ? [.. planes.SelectMany(static p => (float[])[1.5f, 1.5f, 1.5f, p[0], p[1], 1.5f, p[2], p[3], 1.5f])]
            : text.Contains("Slice", StringComparison.Ordinal)
                ? [.. from n in new[] { 0, 1 } from c in new[] { 1, 2 } from w in new[] { 0, 1 } select At(n, c, 0, w)]
            : text.Contains("axis=1", StringComparison.Ordinal)
                ? [.. from n in new[] { 0, 1 } from c in new[] { 1, 2 } from h in new[] { 0, 1 } from w in new[] { 0, 1 } select At(n, c, h, w)]
            : [.. from n in new[] { 0, 1 } from c in new[] { 0, 1, 2 } from w in new[] { 0, 1 } select At(n, c, 0, w)];
    }

    private static OnnxTensor Image() => OnnxTensor.Of(s_image, 2, 3, 2, 2);

    private static OnnxGraph Graph(string text, int opset) => GraphText.Parse(text, [2, 3, 2, 2]).With(opset: opset);

    private static float[] Run(OnnxGraph graph) => GraphRun.Of(graph, Image()).Floats.ToArray();
}
