namespace MlNetConvVis.Graph.Shapes;

/// <summary>Works out the shape of every value from those of the inputs and constants.</summary>
public static class ShapeInference
{
    /// <summary>Infers all shapes.</summary>
    /// <param name="graph">A graph in the written operator set.</param>
    /// <returns>Shapes by value name. Values behind an operator that <see cref="ShapeRules"/> does not know are absent.</returns>
    /// <exception cref="GraphException">Shapes contradict each other.</exception>
    public static IReadOnlyDictionary<string, TensorShape> Infer(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var shapes = new Dictionary<string, TensorShape>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs.Where(static i => i.Shape is not null)) shapes[input.Name] = input.Shape!;
        foreach (var (name, tensor) in graph.Initializers) shapes[name] = TensorShape.Of(tensor.Dims);
        foreach (var node in graph.Nodes) InferNode(graph, node, shapes);
        return shapes;
    }

    private static void InferNode(OnnxGraph graph, OnnxNode node, Dictionary<string, TensorShape> shapes)
    {
        if (node.Domain.Length > 0 || !ShapeRules.Known.TryGetValue(node.OpType, out var rule)) return;
        if (node.Inputs.Any(i => i.Length > 0 && !shapes.ContainsKey(i))) return;
        TensorShape[] results;
        try
        {
            results = rule(new ShapeQuestion(graph, node, shapes));
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or KeyNotFoundException or ArithmeticException or InvalidOperationException)
        {
            throw new GraphException(
                $"{node.OpType} node '{node.Label}' does not fit its inputs {string.Join(", ", node.Inputs.Where(static i => i.Length > 0).Select(i => shapes[i]))}; the model is damaged.", e);
        }

        foreach (var (output, shape) in node.Outputs.Zip(results).Where(static pair => pair.First.Length > 0))
            shapes[output] = shape;
    }
}

/// <summary>What a shape rule may ask: the node and the shapes and constants that go into it.</summary>
internal sealed class ShapeQuestion(OnnxGraph graph, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
{
    public OnnxNode Node => node;

    public int InputCount => node.Inputs.Count;

    public TensorShape Input(int index) => shapes[node.Inputs[index]];

    public bool Has(int index) => node.Input(index) is not null;

    /// <summary>Gets an int64 input that must be a constant, such as axes or a target shape.</summary>
    public long[] Longs(int index) => node.Input(index) is { } name && graph.Initializers.TryGetValue(name, out var tensor)
        ? tensor.Longs.ToArray()
        : throw new GraphException($"Input {index} of {node.OpType} node '{node.Label}' is computed while the network runs; a constant is wanted. " +
            "Export the model with constant folding.");

    /// <summary>Gets the axes that lie in an optional input or, in older operator sets, in an attribute.</summary>
    public long[]? Axes(int index) => Has(index) ? Longs(index) : node.Attributes.Ints("axes");
}
