namespace MlNetConvVis.Graph.Shapes;

/// <summary>Says which nodes keep places apart: each place of their output is computed from the same place of their inputs, or from a window around it.</summary>
public static class PlaceKeeping
{
    /// <summary>Operators that compute each place from the same place of their inputs.</summary>
    private static readonly HashSet<string> s_samePlace =
    [
        "Abs", "Add", "BatchNormalization", "Cast", "Celu", "Clip", "Div", "Dropout", "Elu", "Erf", "Exp", "HardSigmoid", "HardSwish", "Identity",
        "LRN", "LeakyRelu",
        "Max", "Mean", "Min", "Mul", "Neg", "PRelu", "Pow", "Reciprocal", "Relu", "Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Tanh",
        "ThresholdedRelu",
    ];

    /// <summary>Gets whether a node keeps places apart.</summary>
    /// <param name="graph">Its graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="computed">The values that are computed from the image.</param>
    /// <param name="shapes">The graph's shapes, [N, C, spatial axes].</param>
    /// <returns>False for what mixes places, such as dense layers, and for constants that differ from place to place.</returns>
    public static bool Keeps(OnnxGraph graph, OnnxNode node, IReadOnlySet<string> computed, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(node);
        if (node.Domain.Length > 0 || !shapes.TryGetValue(node.Outputs[0], out var output) || output.Rank < 3) return false;
        if (IsWindowed(node)) return node.Inputs.Skip(1).All(i => i.Length == 0 || graph.IsConstant(i));
        if (node.OpType is "Concat" or "Split") return node.Attributes.Int("axis", 0) is var axis && (axis == 1 || axis == 1 - output.Rank);
        return s_samePlace.Contains(node.OpType) && node.Inputs.Where(static i => i.Length > 0).All(i =>
            shapes.TryGetValue(i, out var input)
            && (computed.Contains(i) ? SameSpace(input, output) : graph.IsConstant(i) && (IsPerChannel(node) || IsPlaceless(input, output))));
    }

    /// <summary>Gets whether a node moves a window over its first input.</summary>
    /// <param name="node">The node.</param>
    public static bool IsWindowed(OnnxNode node) => node?.OpType is "Conv" or "MaxPool" or "AveragePool";

    /// <summary>Gets how the window of a Conv or pool moves over its whole input.</summary>
    /// <param name="node">One for which <see cref="IsWindowed"/> holds.</param>
    /// <param name="shapes">The graph's shapes.</param>
    public static WindowGeometry Window(OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(shapes);
        return WindowGeometry.Of(node, shapes[node.Inputs[0]], node.OpType == "Conv" ? shapes[node.Inputs[1]] : null);
    }

    private static bool SameSpace(TensorShape a, TensorShape b) => a.Rank == b.Rank && a.Dims.Skip(2).SequenceEqual(b.Dims.Skip(2));

    private static bool IsPerChannel(OnnxNode node) => node.OpType == "BatchNormalization";

    /// <summary>Whether a constant is the same at every place: its spatial axes, counted from the end, are 1.</summary>
    private static bool IsPlaceless(TensorShape constant, TensorShape output) => constant.Dims.Reverse().Take(output.Rank - 2).All(static d => d == 1);
}
