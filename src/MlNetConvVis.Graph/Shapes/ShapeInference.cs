namespace MlNetConvVis.Graph.Shapes;

/// <summary>Works out the shape of every value from those of the inputs and constants.</summary>
public static class ShapeInference
{
    /// <summary>The most elements of one value of one image: 2 GB of floats.</summary>
    internal const long MostElements = int.MaxValue / 4;

    /// <summary>Infers all shapes.</summary>
    /// <param name="graph">A graph in the written operator set.</param>
    /// <returns>Shapes by value name. Values behind an operator that <see cref="ShapeRules"/> does not know, or whose shape depends on what the network
    /// computes, are absent.</returns>
    /// <exception cref="GraphException">Shapes contradict each other, or a value has more elements than memory takes.</exception>
    public static IReadOnlyDictionary<string, TensorShape> Infer(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var shapes = Given(graph);
        foreach (var node in graph.Nodes) InferNode(node, graph.Initializers, shapes);
        return shapes;
    }

    /// <summary>The shapes of inputs and constants.</summary>
    internal static Dictionary<string, TensorShape> Given(OnnxGraph graph)
    {
        var shapes = new Dictionary<string, TensorShape>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs.Where(static i => i.Shape is not null)) shapes[input.Name] = Checked(input.Shape!, $"Input '{input.Name}'");
        foreach (var (name, tensor) in graph.Initializers) shapes[name] = TensorShape.Of(tensor.Dims);
        return shapes;
    }

    /// <summary>Adds the shapes of one node's outputs, where they can be worked out.</summary>
    internal static void InferNode(OnnxNode node, IReadOnlyDictionary<string, OnnxTensor> constants, Dictionary<string, TensorShape> shapes)
    {
        if (node.Domain.Length > 0 || !ShapeRules.Known.TryGetValue(node.OpType, out var rule)) return;
        if (node.Inputs.Any(i => i.Length > 0 && !shapes.ContainsKey(i))) return;
        var results = Answer(node, rule, new ShapeQuestion(constants, node, shapes), shapes);
        foreach (var (output, shape) in node.Outputs.Zip(results).Where(static pair => pair.First.Length > 0))
            shapes[output] = Checked(shape, $"Value '{output}' of {node.OpType} node '{node.Label}'");
    }

    private static TensorShape[] Answer(
        OnnxNode node, Func<ShapeQuestion, TensorShape[]> rule, ShapeQuestion question, Dictionary<string, TensorShape> shapes)
    {
        try
        {
            return rule(question);
        }
        catch (ComputedShapeException)
        {
            return [];
        }
        catch (Exception e) when (
            e is ArgumentException or IndexOutOfRangeException or KeyNotFoundException or ArithmeticException or InvalidOperationException)
        {
            throw new GraphException(
                $"{node.OpType} node '{node.Label}' does not fit its inputs " +
                    $"{string.Join(", ", node.Inputs.Where(static i => i.Length > 0).Select(i => shapes[i]))}; the model is damaged.", e);
        }
    }

    private static TensorShape Checked(TensorShape shape, string what)
    {
        var known = shape.Dims.Where(static d => d.IsKnown).Aggregate((Int128)1, static (product, d) => product > long.MaxValue ? product : product * d.Size);
        if (known > MostElements) throw new GraphException($"{what} has shape {shape}; at most {MostElements} elements an image can be computed with.");
        if (shape.Rank > 1 && known <= 0) throw new GraphException($"{what} has shape {shape}, which holds nothing; every size must be 1 or more.");
        return shape;
    }
}

/// <summary>A shape depends on a value that the network computes while it runs.</summary>
internal sealed class ComputedShapeException : Exception;

/// <summary>What a shape rule may ask: the node and the shapes and constants that go into it.</summary>
internal sealed class ShapeQuestion(IReadOnlyDictionary<string, OnnxTensor> constants, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
{
    public OnnxNode Node => node;

    public int InputCount => node.Inputs.Count;

    public TensorShape Input(int index) => shapes[node.Inputs[index]];

    public bool Has(int index) => node.Input(index) is not null;

    public bool IsConstant(int index) => node.Input(index) is { } name && constants.ContainsKey(name);

    /// <summary>Gets an int64 or int32 input that must be a constant, such as axes or a target shape.</summary>
    public long[] Longs(int index) => NodeConstants.Longs(node, Constant(index));

    /// <summary>Gets a float input that must be a constant, such as the scales of a Resize.</summary>
    public float[] Floats(int index) => Constant(index).Floats.ToArray();

    /// <summary>Gets an axis that an attribute names, counted from the first.</summary>
    public int Axis(string attribute, long fallback, int rank) => NodeConstants.Axis(node, node.Attributes.Int(attribute, fallback), rank);

    /// <summary>Gets the axes that lie in an optional input or, in older operator sets, in an attribute; counted from the first.</summary>
    public int[]? Axes(int index, int rank) =>
        (Has(index) ? Longs(index) : node.Attributes.Ints("axes"))?.Select(axis => NodeConstants.Axis(node, axis, rank)).ToArray();

    private OnnxTensor Constant(int index) => node.Input(index) is { } name && constants.TryGetValue(name, out var tensor)
        ? tensor : throw new ComputedShapeException();
}
