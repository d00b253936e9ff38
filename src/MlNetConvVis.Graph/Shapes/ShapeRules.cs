namespace MlNetConvVis.Graph.Shapes;

/// <summary>The table of shape rules: one row an operator, as the ONNX operator specification defines its output shapes.</summary>
internal static class ShapeRules
{
    private static readonly string[] s_sameShape =
    [
        "Relu", "LeakyRelu", "PRelu", "Clip", "Elu", "Selu", "Celu", "ThresholdedRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign",
        "Exp", "Log", "Sqrt", "Abs", "Neg", "Reciprocal", "Erf", "Sign", "Floor", "Ceil", "Round", "Not", "LRN", "InstanceNormalization",
        "Softmax", "LogSoftmax",
        "Identity", "Cast",
    ];

    private static readonly string[] s_broadcasting =
        ["Add", "Sub", "Mul", "Div", "Pow", "Sum", "Mean", "Max", "Min", "Where", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual",
            "And", "Or", "Mod"];

    private static readonly string[] s_reducing = [
        "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare"];

    /// <summary>Gets the rows by operator; each answers with one shape an output.</summary>
    public static IReadOnlyDictionary<string, Func<ShapeQuestion, TensorShape[]>> Known { get; } =
        new Dictionary<string, Func<ShapeQuestion, TensorShape[]>>(
        [
            new("Conv", static q => [Windowed(q, q.Input(1), q.Input(1)[0])]),
            new("ConvTranspose", static q => [Transposed(q)]),
            new("MaxPool", static q => Twice(Windowed(q, null, q.Input(0)[1]))),
            new("AveragePool", static q => [Windowed(q, null, q.Input(0)[1])]),
            new("GlobalAveragePool", static q => [GlobalPool(q.Input(0))]),
            new("GlobalMaxPool", static q => [GlobalPool(q.Input(0))]),
            new("Gemm", static q => [Gemm(q)]),
            new("MatMul", static q => [MatMul(q.Node, q.Input(0), q.Input(1))]),
            new("Dropout", static q => Twice(q.Input(0))),
            new("BatchNormalization", BatchNormalization),
            new("Flatten", static q => [LayoutShapes.Flatten(q)]),
            new("Reshape", static q => [LayoutShapes.Reshape(q)]),
            new("Transpose", static q => [LayoutShapes.Transpose(q)]),
            new("Concat", static q => [LayoutShapes.Concat(q)]),
            new("Squeeze", static q => [LayoutShapes.Squeeze(q)]),
            new("Unsqueeze", static q => [LayoutShapes.Unsqueeze(q)]),
            new("Slice", static q => [LayoutShapes.Slice(q)]),
            new("Split", LayoutShapes.Split),
            new("Pad", static q => [LayoutShapes.Pad(q)]),
            new("Gather", static q => [LayoutShapes.Gather(q)]),
            new("OneHot", static q => [LayoutShapes.OneHot(q)]),
            new("Expand", static q => [Broadcast(q.Node, q.Input(0), TensorShape.Of(q.Longs(1)))]),
            new("Resize", static q => [LayoutShapes.Resize(q)]),
            new("DepthToSpace", static q => [LayoutShapes.DepthToSpace(q)]),
            new("SpaceToDepth", static q => [LayoutShapes.SpaceToDepth(q)]),
            new("ConstantOfShape", static q => [TensorShape.Of(q.Longs(0))]),
            new("ScatterElements", Same),
            new("Shape", static q => [LayoutShapes.ShapeOfShape(q)]),
            .. s_reducing.Select(static op => KeyValuePair.Create(op, (Func<ShapeQuestion, TensorShape[]>)(static q => [LayoutShapes.Reduce(q)]))),
            .. s_broadcasting.Select(static op => KeyValuePair.Create(op, (Func<ShapeQuestion, TensorShape[]>)Broadcast)),
            .. s_sameShape.Select(static op => KeyValuePair.Create(op, (Func<ShapeQuestion, TensorShape[]>)Same)),
        ],
        StringComparer.Ordinal);

    /// <summary>Gets whether an operator gives each element's value from the elements at the same place of its inputs, broadcast.</summary>
    public static bool IsElementwise(string op) =>
        (s_sameShape.Contains(op) && op is not ("LRN" or "InstanceNormalization" or "Softmax" or "LogSoftmax")) || s_broadcasting.Contains(op);

    /// <summary>Gets whether an operator reduces axes.</summary>
    public static bool IsReducing(string op) => s_reducing.Contains(op);

    private static TensorShape[] Same(ShapeQuestion q) => [q.Input(0)];

    private static TensorShape[] Twice(TensorShape shape) => [shape, shape];

    private static TensorShape Windowed(ShapeQuestion q, TensorShape? weights, Dim channels)
    {
        var input = q.Input(0);
        if (weights is not null && input.Known(1) != weights.Known(1) * q.Node.Attributes.Int("group", 1))
        {
            throw new GraphException($"Conv node '{q.Node.Label}' has weights {weights} and {q.Node.Attributes.Int("group", 1)} group(s), " +
                $"but its input {input} has {input[1]} channels.");
        }

        return new TensorShape([input[0], channels, .. WindowGeometry.Of(q.Node, input, weights).OutputSizes.Select(static s => (Dim)s)]);
    }

    /// <summary>Scale, shift, mean and variance hold one number a channel each.</summary>
    private static TensorShape[] BatchNormalization(ShapeQuestion q)
    {
        var input = q.Input(0);
        return q.InputCount == 5 && Enumerable.Range(1, 4).All(i => q.Input(i).Rank == 1 && (q.Input(i)[0] == input[1] || !input[1].IsKnown))
            ? [input, .. q.Node.Outputs.Skip(1).Select(_ => q.Input(3))]
            : throw new GraphException($"BatchNormalization node '{q.Node.Label}' normalises {input} with {string.Join(", ", Enumerable.Range(1, q.InputCount - 1).Select(q.Input))}; " +
                $"scale, shift, mean and variance of one number a channel each were wanted, [{input[1]}].");
    }

    private static TensorShape Transposed(ShapeQuestion q)
    {
        var (input, weights) = (q.Input(0), q.Input(1));
        if (input.Known(1) != weights.Known(0))
            throw new GraphException($"ConvTranspose node '{q.Node.Label}' has weights {weights}, but its input {input} has {input[1]} channels.");
        var sizes = WindowGeometry.Of(q.Node, input, weights).InputSizes;
        return new TensorShape([input[0], weights.Known(1) * q.Node.Attributes.Int("group", 1), .. sizes.Select(static s => (Dim)s)]);
    }

    private static TensorShape GlobalPool(TensorShape input) =>
        new(input.Dims.Select((dim, axis) => axis < 2 ? dim : 1));

    private static TensorShape Gemm(ShapeQuestion q)
    {
        var (a, b) = (q.Input(0), q.Input(1));
        if (a.Rank != 2 || b.Rank != 2) throw new GraphException($"Gemm node '{q.Node.Label}' multiplies {a} with {b}; it takes matrices.");
        var (rows, inner) = q.Node.Attributes.Int("transA", 0) == 0 ? (a[0], a[1]) : (a[1], a[0]);
        var (innerB, columns) = q.Node.Attributes.Int("transB", 0) == 0 ? (b[0], b[1]) : (b[1], b[0]);
        return inner == innerB || !inner.IsKnown ? new TensorShape(rows, columns) : throw new GraphException(
            $"Gemm node '{q.Node.Label}' multiplies {a} with {b}: {inner} does not meet {innerB}. Was the model made for another image size?");
    }

    /// <summary>[…, n, k] times […, k, m] with the leading axes broadcast; a vector counts as a row in front and as a column behind.</summary>
    private static TensorShape MatMul(OnnxNode node, TensorShape a, TensorShape b)
    {
        var (inner, innerB) = (a[-1], b[b.Rank > 1 ? -2 : -1]);
        if (inner.IsKnown && innerB.IsKnown && inner != innerB)
        {
            throw new GraphException(
                $"MatMul node '{node.Label}' multiplies {a} with {b}: {inner} does not meet {innerB}. Was the model made for another image size?");
        }

        var stack = Broadcast(node, new TensorShape(a.Dims.SkipLast(2)), new TensorShape(b.Dims.SkipLast(2)));
        return new([.. stack.Dims, .. a.Dims.SkipLast(1).TakeLast(1), .. b.Rank > 1 ? b.Dims.TakeLast(1) : []]);
    }

    private static TensorShape[] Broadcast(ShapeQuestion q) =>
        [Enumerable.Range(0, q.InputCount).Select(q.Input).Aggregate((a, b) => Broadcast(q.Node, a, b))];

    private static TensorShape Broadcast(OnnxNode node, TensorShape a, TensorShape b)
    {
        var rank = Math.Max(a.Rank, b.Rank);
        return new TensorShape(Enumerable.Range(0, rank).Select(axis =>
        {
            var (x, y) = (axis < rank - a.Rank ? 1 : a[axis - rank + a.Rank], axis < rank - b.Rank ? 1 : b[axis - rank + b.Rank]);
            return x == y || y == 1 ? x : x == 1 ? y : !x.IsKnown ? y : !y.IsKnown ? x
                : throw new GraphException($"{node.OpType} node '{node.Label}' combines {a} with {b}, which do not broadcast.");
        }).ToArray());
    }
}
