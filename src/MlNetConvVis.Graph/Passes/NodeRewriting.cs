namespace MlNetConvVis.Graph.Passes;

/// <summary>Replaces nodes of one output by others that compute the same.</summary>
public static class NodeRewriting
{
    /// <summary>Rewrites nodes one by one.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rewrite">Adds what takes a node's place and gives its result; null leaves the node as it is, and must add nothing.</param>
    /// <returns>A new graph; the result takes the name of the output it replaces.</returns>
    public static OnnxGraph Rewritten(this OnnxGraph graph, Func<GraphBuilder, OnnxNode, Value?> rewrite)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(rewrite);
        var build = new GraphBuilder(graph);
        var nodes = new List<OnnxNode>();
        foreach (var node in graph.Nodes)
        {
            var added = build.Nodes.Count;
            if (rewrite(build, node) is { } result)
                nodes.AddRange(build.Nodes.Skip(added).Select(n => n.Outputs[0] == result.Name ? n with { Name = node.Name, Outputs = [node.Outputs[0]] } : n));
            else
                nodes.Add(node);
        }

        return graph.With(nodes: nodes, initializers: build.Initializers);
    }
}
