namespace MlNetConvVis.Graph;

/// <summary>Orders nodes by what they read, and finds those on a path.</summary>
internal static class NodeOrder
{
    /// <summary>Sorts nodes so that each stands behind those it reads from; an order that is right already is kept.</summary>
    public static IReadOnlyList<OnnxNode> Sorted(IReadOnlyList<OnnxNode> nodes, IEnumerable<string> given)
    {
        var ready = given.ToHashSet(StringComparer.Ordinal);
        RefuseSecondMakers(nodes, ready);
        var readers = Readers(nodes, ready, out var missing);
        var free = new PriorityQueue<int, int>(Enumerable.Range(0, nodes.Count).Where(n => missing[n] == 0).Select(static n => (n, n)));
        var sorted = new List<OnnxNode>(nodes.Count);
        while (free.TryDequeue(out var at, out _))
        {
            sorted.Add(nodes[at]);
            foreach (var output in nodes[at].Outputs.Where(static o => o.Length > 0).Distinct(StringComparer.Ordinal))
            {
                ready.Add(output);
                foreach (var reader in readers.GetValueOrDefault(output, []))
                {
                    if (--missing[reader] == 0) free.Enqueue(reader, reader);
                }
            }
        }

        if (sorted.Count < nodes.Count)
            throw Stuck([.. Enumerable.Range(0, nodes.Count).Where(n => missing[n] > 0).Select(n => nodes[n])], ready);
        return sorted;
    }

    /// <summary>Gets the nodes that some values are computed from, in the graph's order.</summary>
    public static IReadOnlyList<OnnxNode> NeededFor(OnnxGraph graph, IEnumerable<string> values)
    {
        var needed = values.ToHashSet(StringComparer.Ordinal);
        var nodes = new List<OnnxNode>();
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(needed.Contains)) continue;
            nodes.Add(node);
            needed.UnionWith(node.Inputs);
        }

        nodes.Reverse();
        return nodes;
    }

    /// <summary>Gets the values that change when one of some values changes, those included.</summary>
    public static HashSet<string> DependentOn(IEnumerable<OnnxNode> nodes, IEnumerable<string> values)
    {
        var dependent = values.ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(n => n.Inputs.Any(dependent.Contains)))
            dependent.UnionWith(node.Outputs.Where(static o => o.Length > 0));
        return dependent;
    }

    /// <summary>The nodes that wait for each value, by their places, and for how many values each node waits.</summary>
    private static Dictionary<string, List<int>> Readers(IReadOnlyList<OnnxNode> nodes, HashSet<string> ready, out int[] missing)
    {
        var readers = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        missing = new int[nodes.Count];
        for (var n = 0; n < nodes.Count; n++)
        {
            foreach (var input in nodes[n].Inputs.Where(i => i.Length > 0 && !ready.Contains(i)).Distinct(StringComparer.Ordinal))
            {
                missing[n]++;
                if (!readers.TryGetValue(input, out var list)) readers[input] = list = [];
                list.Add(n);
            }
        }

        return readers;
    }

    private static void RefuseSecondMakers(IReadOnlyList<OnnxNode> nodes, HashSet<string> given)
    {
        var made = given.ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.Outputs.All(static o => o.Length == 0))
                throw new GraphException($"{node.OpType} node '{node.Label}' makes no value; the model is damaged.");
            foreach (var output in node.Outputs.Where(o => o.Length > 0 && !made.Add(o)))
                throw new GraphException($"Value '{output}' is made twice, the second time by {node.OpType} node '{node.Label}'; names must be unique.");
        }
    }

    private static GraphException Stuck(List<OnnxNode> left, HashSet<string> ready)
    {
        var made = left.SelectMany(static n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        var missing = left.SelectMany(static n => n.Inputs).FirstOrDefault(i => i.Length > 0 && !made.Contains(i) && !ready.Contains(i));
        return missing is null
            ? new GraphException($"The graph has a cycle through {left[0].OpType} node '{left[0].Label}'; only feed-forward networks can be used.")
            : new GraphException($"Value '{missing}' is read by {left.First(n => n.Inputs.Contains(missing)).OpType} node " +
                $"'{left.First(n => n.Inputs.Contains(missing)).Label}' but is neither an input, nor a constant, nor made by a node; the model is damaged.");
    }
}
