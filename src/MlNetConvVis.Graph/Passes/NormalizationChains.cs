using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Finds contrast normalisation that is written out operator by operator, as PyTorch exports LocalResponseNorm: x / (k + alpha * mean of x^2 over
/// neighbouring channels)^beta, the mean as an AveragePool along the channel axis of reshaped values. It becomes one LRN, which rules know by name.
/// </summary>
internal sealed class NormalizationChains
{
    private static readonly HashSet<string> s_orderKeeping = ["Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"];

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, TensorShape> _shapes;

    private NormalizationChains(OnnxGraph graph)
    {
        _graph = graph;
        _shapes = ShapeInference.Given(graph);
        foreach (var node in graph.Nodes) TryInfer(node);
    }

    /// <summary>Rewrites a graph in the written operator set; what only the chains needed stays, unused.</summary>
    public static OnnxGraph ToLrn(OnnxGraph graph)
    {
        if (!graph.Nodes.Any(static n => n.OpType == "Pow") || !graph.Nodes.Any(static n => n.OpType == "AveragePool")) return graph;
        var chains = new NormalizationChains(graph);
        return graph.With(nodes: graph.Nodes.Select(n => chains.Lrn(n) ?? n));
    }

    private void TryInfer(OnnxNode node)
    {
        try
        {
            ShapeInference.InferNode(node, _graph.Initializers, _shapes);
        }
        catch (Exception e) when (e is GraphException or ComputedShapeException)
        {
            // Whoever asks for that shape is told; here its chain is left as it is.
        }
    }

    /// <summary>The LRN in the place of a Div whose divisor is such a power of its dividend; null for other nodes.</summary>
    private OnnxNode? Lrn(OnnxNode node)
    {
        if (node.OpType != "Div" || Producer(node.Inputs[1], "Pow") is not { } power || Constant(power, 1) is not { } beta) return null;
        if (Producer(power.Inputs[0], "Add") is not { } sum || Operand(sum) is not { } biased) return null;
        if (Producer(biased.Value, "Mul") is not { } scaled || Operand(scaled) is not { } mean) return null;
        return Mean(mean.Value) is { } window && IsSquare(window.Of, node.Inputs[0]) && Spans(window, node.Inputs[0])
            ? node with
            {
                OpType = "LRN",
                Inputs = [node.Inputs[0]],
                Attributes = OnnxAttributes.Of(("size", window.Size), ("alpha", mean.Constant), ("beta", beta), ("bias", biased.Constant)),
            } : null;
    }

    /// <summary>Walks back from a mean through operators that keep the order of values, one AveragePool along one axis, and its zero padding.</summary>
    private ChannelWindow? Mean(string value)
    {
        if (Producer(BeforeOrderKeeping(value), "AveragePool") is not { } pool || Axis(pool) is not { } found) return null;
        var (axis, size, before, behind, from) = found;
        var counted = pool.Attributes.Int("count_include_pad", 0) == 1;
        if (before + behind > 0 && !counted) return null;
        for (var pad = Producer(from, "Pad"); pad is not null; pad = Producer(from, "Pad"))
        {
            if (Padding(pad, axis) is not { } added) return null;
            (before, behind, from) = (before + added.Before, behind + added.Behind, pad.Inputs[0]);
        }

        // ONNX's window: channels c - floor((size-1)/2) to c + ceil((size-1)/2)
        return before == (size - 1) / 2 && behind == size / 2 && Shape(from) is { } shape ? new ChannelWindow(size, axis, shape, BeforeOrderKeeping(from)) : null;
    }

    /// <summary>The one axis along which a pool of step one averages, counted in its input, with size, padding and input.</summary>
    private (int Axis, long Size, long Before, long Behind, string From)? Axis(OnnxNode pool)
    {
        if (pool.Attributes.Ints("kernel_shape") is not { } kernel || kernel.Count(static k => k != 1) != 1) return null;
        if (pool.Attributes.Ints("strides")?.Any(static s => s != 1) == true || pool.Attributes.Ints("dilations")?.Any(static d => d != 1) == true) return null;
        var at = Array.FindIndex(kernel, static k => k != 1);
        var pads = pool.Attributes.Ints("pads") ?? new long[2 * kernel.Length];
        var (before, behind) = (pads[at], pads[at + kernel.Length]);
        return pads.Sum() == before + behind && pads.All(static p => p >= 0) ? (at + 2, kernel[at], before, behind, pool.Inputs[0]) : null;
    }

    private (long Before, long Behind)? Padding(OnnxNode pad, int axis)
    {
        if (pad.Attributes.Text("mode", "constant") != "constant" || pad.Input(3) is not null) return null;
        if (pad.Input(2) is not null && Constant(pad, 2) != 0f) return null;
        if (!_graph.Initializers.TryGetValue(pad.Input(1) ?? "", out var tensor) || tensor.Type != ElementType.Int64) return null;
        var (pads, rank) = (tensor.Longs.ToArray(), (int)tensor.Count / 2);
        if (axis >= rank || pads.Any(static p => p < 0)) return null;
        return pads.Sum() == pads[axis] + pads[axis + rank] ? (pads[axis], pads[axis + rank]) : null;
    }

    private bool IsSquare(string value, string of) => _graph.ProducerOf(value) switch
    {
        { OpType: "Mul" } mul => mul.Inputs.All(i => i == of),
        { OpType: "Pow" } pow => pow.Inputs[0] == of && Constant(pow, 1) == 2f,
        _ => false,
    };

    /// <summary>Whether the averaged axis is x's channel axis: as long as it, with as many values behind it as x has places.</summary>
    private bool Spans(ChannelWindow window, string x) =>
        Shape(x) is { Rank: >= 3 } shape && shape[1].IsKnown && window.Shape[window.Axis].IsKnown && shape[1].Size == window.Shape[window.Axis].Size
        && Product(shape, 2) is { } places && Product(window.Shape, window.Axis + 1) == places;

    private static long? Product(TensorShape shape, int from) =>
        shape.Dims.Skip(from).All(static d => d.IsKnown) ? shape.Dims.Skip(from).Aggregate(1L, static (product, d) => product * d.Size) : null;

    private string BeforeOrderKeeping(string value)
    {
        while (_graph.ProducerOf(value) is { } node && s_orderKeeping.Contains(node.OpType)) value = node.Inputs[0];
        return value;
    }

    private TensorShape? Shape(string value) => _shapes.GetValueOrDefault(value);

    private OnnxNode? Producer(string value, string op) => _graph.ProducerOf(value) is { } node && node.OpType == op && node.Domain.Length == 0 ? node : null;

    /// <summary>The two operands of an addition or multiplication by a number.</summary>
    private (string Value, float Constant)? Operand(OnnxNode node) => Constant(node, 1) is { } second ? (node.Inputs[0], second)
        : Constant(node, 0) is { } first ? (node.Inputs[1], first) : null;

    private float? Constant(OnnxNode node, int input) =>
        _graph.Initializers.GetValueOrDefault(node.Input(input) ?? "") is { Type: ElementType.Float, Count: 1 } tensor ? tensor.Floats[0] : null;

    /// <summary>A mean over neighbours along one axis of a shape, of the values of <paramref name="Of"/>.</summary>
    private sealed record ChannelWindow(long Size, int Axis, TensorShape Shape, string Of);
}
