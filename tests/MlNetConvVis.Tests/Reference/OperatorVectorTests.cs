using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Reference;

/// <summary>Forward values, switches and reverse passes beside those that make_vectors.py recorded.</summary>
public class OperatorVectorTests
{
    public static TheoryData<string> Cases => [.. ReferenceCase.All.Keys];

    public static TheoryData<string, string> Presets =>
        [.. ReferenceCase.All.Values.SelectMany(static c => c.Reversed.Keys.Select(preset => (c.Name, preset)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_values_and_switches_agree(string name)
    {
        var reference = ReferenceCase.All[name];
        var actual = GraphRun.Of(CanonicalForm.Of(reference.Network([], reference.Outputs.Keys)), reference.Feeds());
        foreach (var (output, expected) in reference.Outputs) AssertClose(expected, actual[output]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Inferred_shapes_agree(string name)
    {
        var reference = ReferenceCase.All[name];
        var shapes = ShapeInference.Infer(reference.Network([], reference.Outputs.Keys));
        foreach (var (output, expected) in reference.Outputs) Assert.Equal(TensorShape.Of(expected.Shape), shapes[output]);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Reversed_signals_agree(string name, string preset) => AssertReversed(name, preset, CanonicalForm.Of);

    /// <summary>The canonical form has no ceil_mode, but graphs that were not brought to it may.</summary>
    [Theory]
    [InlineData("maxpool_ceil", "gradient")]
    [InlineData("maxpool_ceil", "paper-max")]
    [InlineData("averagepool_ceil_include_0", "gradient")]
    [InlineData("averagepool_ceil_pads_include_0", "gradient")]
    [InlineData("branches", "gradient")]
    public void Reversed_signals_agree_with_ceil_mode(string name, string preset) => AssertReversed(name, preset, static graph => graph);

    [Fact]
    public void Every_row_of_the_table_has_a_case() => Assert.Empty(
        ReversalRules.Gradient.Operators.Except(Graph.OperatorGradientTests.Operators)
            .Except(ReferenceCase.All.Values.SelectMany(static c => c.Graph).Select(static line => GraphText.Node(line).OpType)));

    private static void AssertReversed(string name, string preset, Func<OnnxGraph, OnnxGraph> form)
    {
        var reference = ReferenceCase.All[name];
        var expected = reference.Reversed[preset];
        var forward = form(reference.Network(expected.Keys, [reference.Start]));
        var actual = GraphRun.Of(GraphRun.Reverse(forward, reference.Start, expected.Keys, ReferenceCase.Rules(preset)), reference.Feeds());
        foreach (var (target, signal) in expected) AssertClose(signal, actual[$"{target}/signal"]);
    }

    private static void AssertClose(ReferenceTensor expected, OnnxTensor actual)
    {
        Assert.Equal(expected.Shape, actual.Dims);
        if (expected.Longs is { } longs) Assert.Equal(longs, actual.Longs.ToArray());
        else TensorAssert.Close(expected.Floats!, actual.Floats, Tolerance.Float32);
    }
}
