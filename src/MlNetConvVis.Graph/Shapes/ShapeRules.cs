namespace MlNetConvVis.Graph.Shapes;

/// <summary>The table of shape rules: one row an operator, as the ONNX operator specification defines its output shapes.</summary>
internal static class ShapeRules
{
    /// <summary>Gets the rows by operator; each answers with one shape an output.</summary>
    public static IReadOnlyDictionary<string, Func<ShapeQuestion, TensorShape[]>> Known { get; } =
        new Dictionary<string, Func<ShapeQuestion, TensorShape[]>>(StringComparer.Ordinal)
        {
            ["Conv"] = static q => [Windowed(q, q.Input(1), q.Input(1)[0])],
            ["MaxPool"] = static q => Twice(Windowed(q, null, q.Input(0)[1])),
            ["AveragePool"] = static q => [Windowed(q, null, q.Input(0)[1])],
            ["GlobalAveragePool"] = static q => [GlobalPool(q.Input(0))],
            ["GlobalMaxPool"] = static q => [GlobalPool(q.Input(0))],
            ["Gemm"] = static q => [Gemm(q)],
            ["MatMul"] = static q => [MatMul(q.Node, q.Input(0), q.Input(1))],
            ["Flatten"] = static q => [Flatten(q)],
            ["Reshape"] = static q => [Reshape(q)],
            ["Transpose"] = static q => [Transpose(q)],
            ["Concat"] = static q => [Concat(q)],
            ["Dropout"] = static q => Twice(q.Input(0)),
            ["BatchNormalization"] = static q => [q.Input(0), .. q.Node.Outputs.Skip(1).Select(_ => q.Input(3))],
            ["Squeeze"] = static q => [Squeeze(q)],
            ["Unsqueeze"] = static q => [Unsqueeze(q)],
            ["ReduceMean"] = static q => [Reduce(q)],
            ["ReduceSum"] = static q => [Reduce(q)],
            ["Add"] = Broadcast,
            ["Sub"] = Broadcast,
            ["Mul"] = Broadcast,
            ["Div"] = Broadcast,
            ["Pow"] = Broadcast,
            ["Sum"] = Broadcast,
            ["Max"] = Broadcast,
            ["Min"] = Broadcast,
            ["PRelu"] = Same,
            ["Relu"] = Same,
            ["LeakyRelu"] = Same,
            ["Clip"] = Same,
            ["Sigmoid"] = Same,
            ["Tanh"] = Same,
            ["Exp"] = Same,
            ["Sqrt"] = Same,
            ["HardSigmoid"] = Same,
            ["HardSwish"] = Same,
            ["Elu"] = Same,
            ["LRN"] = Same,
            ["Softmax"] = Same,
            ["LogSoftmax"] = Same,
            ["Identity"] = Same,
            ["Cast"] = Same,
            ["Neg"] = Same,
            ["Shape"] = static q => [TensorShape.Of(q.Input(0).Rank)],
        };

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
            throw new GraphException($"MatMul node '{node.Label}' multiplies {a} with {b}: {inner} does not meet {innerB}. Was the model made for another image size?");
        var stack = Broadcast(node, new TensorShape(a.Dims.SkipLast(2)), new TensorShape(b.Dims.SkipLast(2)));
        return new([.. stack.Dims, .. a.Dims.SkipLast(1).TakeLast(1), .. b.Rank > 1 ? b.Dims.TakeLast(1) : []]);
    }

    private static TensorShape Flatten(ShapeQuestion q)
    {
        var (input, axis) = (q.Input(0), (int)q.Node.Attributes.Int("axis", 1));
        axis = axis < 0 ? axis + input.Rank : axis;
        return new TensorShape(Product(input.Dims.Take(axis)), Product(input.Dims.Skip(axis)));
    }

    private static Dim Product(IEnumerable<Dim> dims)
    {
        var free = dims.Where(static d => !d.IsKnown).ToArray();
        var known = dims.Where(static d => d.IsKnown).Aggregate(1L, static (product, d) => checked(product * d.Size));
        return free.Length == 0 ? known : free.Length == 1 && known == 1 ? free[0] : Dim.Free($"{string.Join('*', free)}*{known}");
    }

    /// <summary>0 keeps an axis, -1 takes what is left; a free axis that is left over keeps its name.</summary>
    private static TensorShape Reshape(ShapeQuestion q)
    {
        var (input, wanted) = (q.Input(0), q.Longs(1));
        var kept = wanted.Select((size, axis) => size == 0 && q.Node.Attributes.Int("allowzero", 0) == 0 ? input[axis] : (Dim)size).ToArray();
        var rest = input.Dims.ToList();
        foreach (var dim in kept.Where(static d => !d.IsKnown)) rest.Remove(dim);
        var left = Product(rest);
        var given = kept.Where(static d => d.IsKnown && d.Size > 0).Aggregate(1L, static (product, d) => checked(product * d.Size));
        var places = Enumerable.Range(0, kept.Length).Where(axis => kept[axis] is { IsKnown: true, Size: -1 }).ToArray();
        if (places.Length == 0)
            return left == given || !left.IsKnown ? new TensorShape(kept) : throw Misfit(q, wanted);
        if (!left.IsKnown)
        {
            var free = rest.Where(static d => !d.IsKnown).ToArray();
            var known = rest.Where(static d => d.IsKnown).Aggregate(1L, static (product, d) => product * d.Size);
            kept[places[0]] = free.Length == 1 && known == given ? free[0] : Dim.Free($"{left}/{given}");
        }
        else
        {
            kept[places[0]] = left.Size % given == 0 ? left.Size / given : throw Misfit(q, wanted);
        }

        return new TensorShape(kept);
    }

    private static GraphException Misfit(ShapeQuestion q, long[] wanted) => new(
        $"Reshape node '{q.Node.Label}' cannot turn {q.Input(0)} into [{string.Join(',', wanted)}]. Was the model made for another image size?");

    private static TensorShape Transpose(ShapeQuestion q)
    {
        var input = q.Input(0);
        var order = q.Node.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, input.Rank).Reverse().Select(static a => (long)a)];
        return new TensorShape(order.Select(axis => input[(int)axis]));
    }

    private static TensorShape Concat(ShapeQuestion q)
    {
        var axis = (int)q.Node.Attributes.Int("axis", 0);
        var parts = Enumerable.Range(0, q.InputCount).Select(q.Input).ToArray();
        foreach (var part in parts.Where(p => !Meets(p.With(axis, 1), parts[0].With(axis, 1))))
            throw new GraphException($"Concat node '{q.Node.Label}' joins {parts[0]} and {part} along axis {axis}; their other axes differ. Was the model made for another image size?");
        return parts[0].With(axis, parts.Sum(p => p.Known(axis)));
    }

    /// <summary>Whether two shapes can be the same once free axes are known.</summary>
    private static bool Meets(TensorShape a, TensorShape b) =>
        a.Rank == b.Rank && a.Dims.Zip(b.Dims).All(static pair => pair.First == pair.Second || !pair.First.IsKnown || !pair.Second.IsKnown);

    private static TensorShape Squeeze(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axes = q.Axes(1)?.Select(a => a < 0 ? a + input.Rank : a).ToHashSet();
        return new TensorShape(input.Dims.Where((dim, axis) => axes is null ? dim != 1 : !axes.Contains(axis)));
    }

    private static TensorShape Unsqueeze(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axes = q.Axes(1) ?? throw new GraphException($"Unsqueeze node '{q.Node.Label}' states no axes; the model is damaged.");
        var rank = input.Rank + axes.Length;
        var added = axes.Select(a => a < 0 ? a + rank : a).ToHashSet();
        var rest = new Queue<Dim>(input.Dims);
        return new TensorShape(Enumerable.Range(0, rank).Select(axis => added.Contains(axis) ? 1 : rest.Dequeue()).ToArray());
    }

    private static TensorShape Reduce(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axes = (q.Axes(1) ?? [.. Enumerable.Range(0, input.Rank).Select(static a => (long)a)]).Select(a => a < 0 ? a + input.Rank : a).ToHashSet();
        return q.Node.Attributes.Int("keepdims", 1) == 1
            ? new TensorShape(input.Dims.Select((dim, axis) => axes.Contains(axis) ? 1 : dim))
            : new TensorShape(input.Dims.Where((_, axis) => !axes.Contains(axis)));
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
