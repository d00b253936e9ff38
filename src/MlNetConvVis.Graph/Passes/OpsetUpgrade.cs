namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Rewrites a graph of operator set 7 to 25 in the written one. One row an operator whose meaning or form changed on the way
/// (ONNX operator change log); operators without a row mean the same throughout.
/// </summary>
public static class OpsetUpgrade
{
    private static readonly Dictionary<string, Func<GraphBuilder, OnnxNode, int, OnnxNode>> s_rows = new(StringComparer.Ordinal)
    {
        ["Dropout"] = static (_, node, _) => node with { Inputs = [node.Inputs[0]], Outputs = [node.Outputs[0]], Attributes = OnnxAttributes.None },
        ["BatchNormalization"] = static (_, node, _) => BatchNormalization(node),
        ["Clip"] = static (build, node, opset) => opset >= 11 ? node : Clip(build, node),
        ["Squeeze"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["Unsqueeze"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["ReduceSum"] = static (build, node, opset) => opset >= 13 ? node : AxesAsInput(build, node),
        ["ReduceMean"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceMax"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceMin"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceProd"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceL1"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceL2"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceSumSquare"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceLogSum"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["ReduceLogSumExp"] = static (build, node, opset) => opset >= 18 ? node : AxesAsInput(build, node),
        ["Pad"] = static (build, node, opset) => opset >= 11 ? node : Pad(build, node),
        ["Slice"] = static (build, node, opset) => opset >= 10 ? node : Slice(build, node),
        ["Split"] = static (build, node, opset) => opset >= 18 ? node : Split(build, node),
        ["AveragePool"] = static (_, node, _) => AveragePool(node),
        ["Cast"] = static (_, node, _) => node with { Attributes = node.Attributes.Without("saturate", "round_mode") },
        ["Gemm"] = static (_, node, _) => node with { Attributes = node.Attributes.Without("broadcast") },
        ["Upsample"] = static (build, node, _) => ResizeForms.OfUpsample(build, node),
        ["Resize"] = static (build, node, opset) => ResizeForms.OfResize(build, node, opset),
        ["Gelu"] = static (build, node, _) => Gelu(build, node),
        ["Mish"] = static (build, node, _) => Mish(build, node),
        ["ConvTranspose"] = static (build, node, _) => ConvTranspose(build, node),
        ["MaxPool"] = static (_, node, _) => node.Outputs.Count == 1 ? node with { Attributes = node.Attributes.Without("storage_order") } : node,
    };

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">A graph of operator set 7 to 25.</param>
    /// <returns>A graph of operator set <see cref="OpsetVersions.Written"/> that computes the same.</returns>
    /// <exception cref="GraphException">The operator set lies outside what is read, or a node has a form that the written one cannot express.</exception>
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Opset is < OpsetVersions.OldestRead or > OpsetVersions.NewestRead)
        {
            throw new GraphException($"The model uses operator set {graph.Opset}; {OpsetVersions.OldestRead} to {OpsetVersions.NewestRead} are read. " +
                "Export it with one of these.");
        }

        var build = new GraphBuilder(graph);
        var nodes = graph.Nodes.Select(n => n.Domain.Length == 0 && s_rows.TryGetValue(n.OpType, out var row) ? Rewritten(row, build, n, graph.Opset)
            : n).ToArray();
        var written = graph.With(nodes: [.. nodes, .. build.Nodes.Skip(graph.Nodes.Count)], initializers: build.Initializers, opset: OpsetVersions.Written);
        return FlatteningSoftmax.ToAxis(ConstantFolding.Apply(written), graph.Opset);      // a softmax's form depends on shapes, and those on folded constants
    }

    private static OnnxNode Rewritten(Func<GraphBuilder, OnnxNode, int, OnnxNode> row, GraphBuilder build, OnnxNode node, int opset) =>
        node.Input(0) is not null ? row(build, node, opset)
        : throw new GraphException($"{node.OpType} node '{node.Label}' has no input; the model is damaged.");

    private static OnnxNode BatchNormalization(OnnxNode node) => node.Attributes.Int("spatial", 1) == 1
        ? node with { Outputs = [node.Outputs[0]], Attributes = node.Attributes.Without("spatial", "is_test", "consumed_inputs", "momentum", "training_mode") }
        : throw new GraphException(
            $"BatchNormalization node '{node.Label}' has spatial = 0 (statistics for each position), which newer operator sets cannot express.");

    private static OnnxNode Clip(GraphBuilder build, OnnxNode node) => node with
    {
        Inputs = [node.Inputs[0],
            build.Scalar(node.Attributes.Float("min", float.MinValue)).Name,
            build.Scalar(node.Attributes.Float("max", float.MaxValue)).Name],
        Attributes = OnnxAttributes.None,
    };

    private static OnnxNode Pad(GraphBuilder build, OnnxNode node) => node with
    {
        Inputs = [node.Inputs[0],
            build.Longs(node.Attributes.Ints("pads") ?? throw new GraphException($"Pad node '{node.Label}' states no pads; the model is damaged.")).Name,
            build.Scalar(node.Attributes.Float("value", 0)).Name],
        Attributes = node.Attributes.Without("pads", "value"),
    };

    private static OnnxNode Slice(GraphBuilder build, OnnxNode node)
    {
        var (starts, ends) = (node.Attributes.Ints("starts"), node.Attributes.Ints("ends"));
        if (starts is null || ends is null) throw new GraphException($"Slice node '{node.Label}' states no starts or no ends; the model is damaged.");
        var axes = node.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, starts.Length).Select(static a => (long)a)];
        return node with
        {
            Inputs = [node.Inputs[0], build.Longs(starts).Name, build.Longs(ends).Name, build.Longs(axes).Name],
            Attributes = OnnxAttributes.None
        };
    }

    /// <summary>Sizes as an input (operator set 13); where none are stated, the number of equal parts (operator set 18).</summary>
    private static OnnxNode Split(GraphBuilder build, OnnxNode node) => node.Attributes.Ints("split") is { } sizes
        ? node with { Inputs = [node.Inputs[0], build.Longs(sizes).Name], Attributes = node.Attributes.Without("split") }
        : node.Input(1) is not null ? node : node with { Attributes = node.Attributes.With("num_outputs", (long)node.Outputs.Count) };

    private static OnnxNode AveragePool(OnnxNode node) => node.Attributes.Ints("dilations")?.All(static d => d == 1) != false
        ? node with { Attributes = node.Attributes.Without("dilations") }
        : throw new GraphException(
            $"AveragePool node '{node.Label}' has dilations, which operator set {OpsetVersions.Written} cannot express. Export the model without them.");

    /// <summary>x / 2 * (1 + erf(x / sqrt(2))), or with <c>approximate</c> = tanh: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).</summary>
    private static OnnxNode Gelu(GraphBuilder build, OnnxNode node)
    {
        var x = new Value(node.Inputs[0]);
        var bent = node.Attributes.Text("approximate", "none") == "tanh"
            ? build.Node("Tanh", [build.Mul(build.Scalar(MathF.Sqrt(2 / MathF.PI)), build.Add(x, build.Mul(build.Scalar(0.044715f), build.Pow(x, 3))))])
            : build.Node("Erf", [build.Mul(x, build.Scalar(1 / MathF.Sqrt(2)))]);
        var gate = build.Mul(build.Scalar(0.5f), build.Add(bent, build.Scalar(1)));
        return new OnnxNode("Mul", node.Name, [x.Name, gate.Name], [node.Outputs[0]], OnnxAttributes.None);
    }

    /// <summary>x * tanh(softplus(x)).</summary>
    private static OnnxNode Mish(GraphBuilder build, OnnxNode node)
    {
        var gate = build.Node("Tanh", [build.Node("Softplus", [new Value(node.Inputs[0])])]);
        return new OnnxNode("Mul", node.Name, [node.Inputs[0], gate.Name], [node.Outputs[0]], OnnxAttributes.None);
    }

    /// <summary>States the kernel's shape, which newer and older sets alike may leave to the weights.</summary>
    private static OnnxNode ConvTranspose(GraphBuilder build, OnnxNode node) =>
        !node.Attributes.Has("kernel_shape") && node.Input(1) is { } weights && build.ConstantOf(new Value(weights)) is { } tensor
            ? node with { Attributes = node.Attributes.With("kernel_shape", tensor.Dims.Skip(2).ToArray()) } : node;

    private static OnnxNode AxesAsInput(GraphBuilder build, OnnxNode node) => node.Attributes.Ints("axes") is not { } axes ? node : node with
    {
        Inputs = [node.Inputs[0], build.Longs(axes).Name],
        Attributes = node.Attributes.Without("axes"),
    };
}
