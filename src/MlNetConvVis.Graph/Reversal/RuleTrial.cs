using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Asks rules whether they can reverse nodes, beforehand: a row may know an operator, but not every form of it.</summary>
public sealed class RuleTrial
{
    private readonly int _opset;
    private readonly ReversalRuleSet _rules;
    private readonly GraphBuilder _build;
    private readonly ForwardView _forward;
    private readonly HashSet<string> _computed;

    /// <summary>Prepares to ask.</summary>
    /// <param name="forward">The forward graph, in the written operator set.</param>
    /// <param name="image">The value that a pass would run to.</param>
    /// <param name="rules">The table.</param>
    public RuleTrial(OnnxGraph forward, string image, ReversalRuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(forward);
        _rules = rules ?? throw new ArgumentNullException(nameof(rules));
        _opset = forward.Opset;
        _build = new GraphBuilder(forward);      // what rules build here is thrown away
        _forward = new WholeForwardView(_build, ShapeInference.Infer(forward));
        _computed = NodeOrder.DependentOn(forward.Nodes, [image]);
    }

    /// <summary>Asks the rule of a node.</summary>
    /// <param name="node">A node of the graph.</param>
    /// <returns>Why it refuses; null where it does not.</returns>
    public string? Refusal(OnnxNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Value?[] signals = [.. node.Outputs.Select(static o => o.Length > 0 ? new Value(o) : (Value?)null)];      // of the signals' shapes
        try
        {
            _rules.For(node, _opset).Apply(new ReversalStep(node, signals, _build, _forward, _computed));
            return null;
        }
        catch (GraphException refusal)
        {
            return refusal.Message;
        }
    }
}
