using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>The table itself: missing rows, changed rows, rows that answer wrongly.</summary>
public class ReversalRuleTests
{
    private static readonly OnnxGraph s_unknown = GraphText.Parse("c = Relu(x)\nt = Sign(c)\ny = Relu(t)", [1, 3]);

    [Fact]
    public void Missing_row_names_operator_node_opset_and_known_rows()
    {
        var error = Assert.Throws<UnsupportedOperatorException>(() => GraphRun.Reverse(s_unknown, "y", ["x"], ReversalRules.Paper));
        Assert.Equal(("Sign", "t"), (error.OpType, error.NodeName));
        foreach (var part in new[] { "'paper'", "'Sign'", "'t'", "opset 18", "AveragePool", "Conv", "Relu", "Unsqueeze" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operator_of_another_domain_has_no_row()
    {
        var graph = s_unknown.With(nodes: [new OnnxNode("Relu", "odd", ["x"], ["y"], OnnxAttributes.None, "com.example")],
            outputs: [GraphText.Float("y", 1, 3)]);
        Assert.Throws<UnsupportedOperatorException>(() => ReversalPass.Append(
            graph, new GraphBuilder(graph), new Dictionary<string, Value> { ["y"] = new("x") }, ["x"], ReversalRules.Paper));
    }

    [Fact]
    public void Operator_behind_the_start_needs_no_row() =>
        Assert.Equal(["Relu"], GraphRun.Reverse(s_unknown, "c", ["x"], ReversalRules.Paper).Nodes.Select(static n => n.OpType)
            .Where(static op => op != "Identity"));

    [Fact]
    public void Operator_that_does_not_depend_on_the_image_needs_no_row()
    {
        var graph = GraphText.Parse("t = Tanh(k)\ny = Add(x, t)", [1, 3], ("k", OnnxTensor.Of([1f, 2, 3], 3)));
        var actual = GraphRun.Reverse(graph, OnnxTensor.Of([0f, 0, 0], 1, 3), OnnxTensor.Of([1f, 2, 3], 1, 3), ReversalRules.Gradient);
        TensorAssert.Close([1, 2, 3], actual, Tolerance.Exact);
    }

    [Fact]
    public void Unsupported_nodes_are_found_without_building() =>
        Assert.Equal(["t"], ReversalPass.Unsupported(s_unknown, "y", "x", ReversalRules.Paper).Select(static n => n.Label));

    [Fact]
    public void Added_row_is_used_and_the_table_it_came_from_stays()
    {
        var twice = new ReversalRule("Sign", static s => s.ToInputs(static s => s.Build.Add(s.Signal, s.Signal)));
        var rules = ReversalRules.Paper.With("mine", twice);
        var actual = GraphRun.Reverse(s_unknown, OnnxTensor.Of([1f, 1, 1], 1, 3), OnnxTensor.Of([1f, -2, 3], 1, 3), rules);
        TensorAssert.Close([2, 0, 6], actual, Tolerance.Exact);
        Assert.Equal(("mine", StartValue.Activation), (rules.Name, rules.StartsFrom));
        Assert.DoesNotContain("Sign", ReversalRules.Paper.Operators);
    }

    [Fact]
    public void Row_with_too_few_answers_is_refused()
    {
        var rules = ReversalRules.Paper.With("short", new ReversalRule("Sign", static _ => []));
        var error = Assert.Throws<GraphException>(() => GraphRun.Reverse(s_unknown, "y", ["x"], rules));
        Assert.Contains("0 signals for the 1 inputs of node 't'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_without_an_answer_for_a_wanted_input_is_refused()
    {
        var graph = GraphText.Parse("y = LRN(x) size=1", [1, 3, 2, 2]);
        var rules = ReversalRules.Paper.With("none", new ReversalRule("LRN", static s => s.ToInputs((Func<ReversalStep, Value>?)null)));
        Assert.Contains("input 0 ('x')", Assert.Throws<GraphException>(() => GraphRun.Reverse(graph, "y", ["x"], rules)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paper", StartValue.Activation)]
    [InlineData("guided", StartValue.One)]
    [InlineData("gradient", StartValue.One)]
    public void Presets_are_found_by_name(string name, StartValue start) => Assert.Equal(start, ReversalRules.Named(name).StartsFrom);

    [Fact]
    public void Unknown_preset_names_the_known_ones() =>
        Assert.Contains("paper, guided, gradient", Assert.Throws<GraphException>(() => ReversalRules.Named("deconv")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("y = Gemm(x, w) transA=1", "transA")]
    [InlineData("y = MatMul(x, v)", "matrices")]
    public void Forms_that_a_row_does_not_know_are_refused(string text, string reason)
    {
        var graph = GraphText.Parse(text, [3, 3], ("w", OnnxTensor.Of(new float[6], 3, 2)), ("v", OnnxTensor.Of(new float[3], 3)));
        Assert.Contains(reason, Assert.Throws<GraphException>(() => GraphRun.Reverse(graph, "y", ["x"], ReversalRules.Paper)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Target_that_no_seed_depends_on_is_absent()
    {
        var graph = GraphText.Parse(["y = Relu(x)"], [GraphText.Float("x", 1, 3), GraphText.Float("z", 1, 3)], ["y"]);
        Assert.Equal(["x/signal"], GraphRun.Reverse(graph, "y", ["x", "z"], ReversalRules.Paper).Outputs.Select(static o => o.Name));
    }
}
