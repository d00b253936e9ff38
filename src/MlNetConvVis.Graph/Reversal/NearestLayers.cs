namespace MlNetConvVis.Graph.Reversal;

/// <summary>Finds layers that can be reversed where one cannot.</summary>
public static class NearestLayers
{
    /// <summary>Finds the layers nearest before a node that every node up to the image has a row for.</summary>
    /// <param name="forward">The forward graph.</param>
    /// <param name="node">The node without a row.</param>
    /// <param name="image">The image input.</param>
    /// <param name="rules">The table.</param>
    /// <param name="most">How many layers to name.</param>
    /// <returns>Value names, the nearest first, counted in nodes against the arrows; none where nothing before the node can be reversed.</returns>
    public static IReadOnlyList<string> Before(OnnxGraph forward, OnnxNode node, string image, ReversalRuleSet rules, int most = 3)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(rules);
        var (open, computed) = (Reversible(forward, image, rules), new List<string>());
        var (seen, waiting) = (new HashSet<string>(StringComparer.Ordinal), new Queue<OnnxNode>([node]));
        while (waiting.TryDequeue(out var at) && computed.Count < most)
        {
            foreach (var input in at.Inputs.Where(seen.Add))
            {
                if (forward.ProducerOf(input) is not { } producer) continue;
                if (open.Contains(input)) computed.Add(input);
                waiting.Enqueue(producer);
            }
        }

        return [.. computed.Take(most)];
    }

    /// <summary>The values that depend on the image through nodes with a row alone.</summary>
    private static HashSet<string> Reversible(OnnxGraph forward, string image, ReversalRuleSet rules)
    {
        var (open, closed) = (new HashSet<string>(StringComparer.Ordinal) { image }, new HashSet<string>(StringComparer.Ordinal));
        foreach (var node in forward.Nodes.Where(n => n.Inputs.Any(i => open.Contains(i) || closed.Contains(i))))
            (node.Domain.Length == 0 && rules.Operators.Contains(node.OpType) && !node.Inputs.Any(closed.Contains) ? open : closed).UnionWith(node.Outputs);
        return open;
    }
}
