using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>The one walk: from signals at some values back to others, users before producers, adding where paths meet.</summary>
public static class ReversalPass
{
    /// <summary>Appends the reverse of a forward graph to a builder that holds that graph.</summary>
    /// <param name="forward">The forward graph, in the written operator set.</param>
    /// <param name="build">A builder that was started from <paramref name="forward"/>.</param>
    /// <param name="seeds">The signals to start from, by forward value; each of that value's shape.</param>
    /// <param name="targets">The forward values to reach: the image, or the parameters.</param>
    /// <param name="rules">The table to apply.</param>
    /// <returns>The signal that arrived at each target; targets that no seed depends on are absent.</returns>
    /// <exception cref="UnsupportedOperatorException">A node on the way has no row.</exception>
    public static IReadOnlyDictionary<string, Value> Append(
        OnnxGraph forward, GraphBuilder build, IReadOnlyDictionary<string, Value> seeds, IReadOnlyCollection<string> targets, ReversalRuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Append(forward, build, new WholeForwardView(build, ShapeInference.Infer(forward)), seeds, targets, rules);
    }

    /// <summary>The same with another view of the forward pass.</summary>
    internal static IReadOnlyDictionary<string, Value> Append(
        OnnxGraph forward,
        GraphBuilder build,
        ForwardView view,
        IReadOnlyDictionary<string, Value> seeds,
        IReadOnlyCollection<string> targets,
        ReversalRuleSet rules)
    {
        var path = NodeOrder.NeededFor(forward, seeds.Keys);
        var wanted = NodeOrder.DependentOn(path, targets);
        var signals = new Dictionary<string, Value>(seeds.ToDictionary(), StringComparer.Ordinal);
        foreach (var node in path.Reverse())
        {
            Value?[] arrived = [.. node.Outputs.Select(o => signals.TryGetValue(o, out var signal) ? signal : (Value?)null)];
            if (arrived.All(static s => s is null) || !node.Inputs.Any(wanted.Contains)) continue;
            var answers = rules.For(node, forward.Opset).Apply(new ReversalStep(node, arrived, build, view, wanted));
            if (answers.Count != node.Inputs.Count)
            {
                throw new GraphException(
                    $"The '{rules.Name}' rule for {node.OpType} gave {answers.Count} signals for the {node.Inputs.Count} inputs of node '{node.Label}'.");
            }

            foreach (var (input, part) in node.Inputs.Zip(answers))
            {
                if (part is not { } answer) continue;
                var signal = view.Fitted(node, input, answer);
                signals[input] = signals.TryGetValue(input, out var sum) ? build.Add(sum, signal) : signal;
            }
        }

        return targets.Where(signals.ContainsKey).ToDictionary(static t => t, t => signals[t], StringComparer.Ordinal);
    }

    /// <summary>Finds the nodes between two values that a table has no row for, without building anything.</summary>
    /// <param name="forward">The forward graph.</param>
    /// <param name="from">The value a projection would start at.</param>
    /// <param name="target">The value it would run to.</param>
    /// <param name="rules">The table.</param>
    /// <returns>The nodes without a row, in the graph's order.</returns>
    public static IReadOnlyList<OnnxNode> Unsupported(OnnxGraph forward, string from, string target, ReversalRuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return [.. Between(forward, from, target).Where(n => n.Domain.Length > 0 || !rules.Operators.Contains(n.OpType))];
    }

    /// <summary>Gets the nodes that a pass from one value to another goes through, in the graph's order.</summary>
    internal static IEnumerable<OnnxNode> Between(OnnxGraph forward, string from, string target)
    {
        var path = NodeOrder.NeededFor(forward, [from]);
        var wanted = NodeOrder.DependentOn(path, [target]);
        return path.Where(n => n.Inputs.Any(wanted.Contains));
    }
}
