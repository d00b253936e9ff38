namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Rewrites a graph of operator set 7 to 21 in the written one. One row an operator whose meaning or form changed on the way
/// (ONNX operator change log); operators without a row mean the same throughout.
/// </summary>
public static class OpsetUpgrade
{
    private static readonly Dictionary<string, Func<GraphBuilder, OnnxNode, int, OnnxNode>> s_rows = new(StringComparer.Ordinal)
    {
        ["Dropout"] = static (_, node, _) => node with { Inputs = [node.Inputs[0]], Outputs = [node.Outputs[0]], Attributes = OnnxAttributes.None },
        ["BatchNormalization"] = static (_, node, _) => BatchNormalization(node),
        ["Clip"] = static (build, node, opset) => opset >= 11 ? node : Clip(build, node),
        ["Softmax"] = static (_, node, opset) => opset >= 13 ? node : node with { Attributes = node.Attributes.With("axis", node.Attributes.Int("axis", 1)) },
        ["LogSoftmax"] = static (_, node, opset) => opset >= 13 ? node : node with { Attributes = node.Attributes.With("axis", node.Attributes.Int("axis", 1)) },
        ["Squeeze"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["Unsqueeze"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["ReduceSum"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["ReduceMean"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["Gemm"] = static (_, node, _) => node with { Attributes = node.Attributes.Without("broadcast") },
        ["MaxPool"] = static (_, node, _) => node.Outputs.Count == 1 ? node with { Attributes = node.Attributes.Without("storage_order") } : node,
    };

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">A graph of operator set 7 to 21.</param>
    /// <returns>A graph of operator set <see cref="OpsetVersions.Written"/> that computes the same.</returns>
    /// <exception cref="GraphException">The operator set lies outside what is read.</exception>
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Opset is < OpsetVersions.OldestRead or > OpsetVersions.NewestRead)
        {
            throw new GraphException($"The model uses operator set {graph.Opset}; {OpsetVersions.OldestRead} to {OpsetVersions.NewestRead} are read. " +
                "Export it with one of these.");
        }

        var build = new GraphBuilder(graph);
        var nodes = graph.Nodes.Select(n => n.Domain.Length == 0 && s_rows.TryGetValue(n.OpType, out var row) ? row(build, n, graph.Opset) : n).ToArray();
        return graph.With(nodes: nodes, initializers: build.Initializers, opset: OpsetVersions.Written);
    }

    private static OnnxNode BatchNormalization(OnnxNode node) => node.Attributes.Int("spatial", 1) == 1
        ? node with { Outputs = [node.Outputs[0]], Attributes = node.Attributes.Without("spatial", "is_test", "consumed_inputs", "momentum", "training_mode") }
        : throw new GraphException($"BatchNormalization node '{node.Label}' has spatial = 0 (statistics for each position), which newer operator sets cannot express.");

    private static OnnxNode Clip(GraphBuilder build, OnnxNode node) => node with
    {
        Inputs = [node.Inputs[0],
            build.Scalar(node.Attributes.Float("min", float.MinValue)).Name,
            build.Scalar(node.Attributes.Float("max", float.MaxValue)).Name],
        Attributes = OnnxAttributes.None,
    };

    private static OnnxNode AxesAsInput(GraphBuilder build, OnnxNode node) => node.Attributes.Ints("axes") is not { } axes ? node : node with
    {
        Inputs = [node.Inputs[0], build.Longs(axes).Name],
        Attributes = node.Attributes.Without("axes"),
    };
}
