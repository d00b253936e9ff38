namespace MlNetConvVis.Graph.Shapes;

/// <summary>Shape rules of operators that move, cut or join elements.</summary>
internal static class LayoutShapes
{
    public static TensorShape Flatten(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axis = q.Node.Attributes.Int("axis", 1) is var stated && stated == input.Rank ? input.Rank : q.Axis("axis", 1, input.Rank);
        return new TensorShape(Product(input.Dims.Take(axis)), Product(input.Dims.Skip(axis)));
    }

    private static Dim Product(IEnumerable<Dim> dims)
    {
        var free = dims.Where(static d => !d.IsKnown).ToArray();
        var known = dims.Where(static d => d.IsKnown).Aggregate(1L, static (product, d) => checked(product * d.Size));
        return free.Length == 0 ? known : free.Length == 1 && known == 1 ? free[0] : Dim.Free($"{string.Join('*', free)}*{known}");
    }

    /// <summary>0 keeps an axis, -1 takes what is left; a free axis that is left over keeps its name.</summary>
    public static TensorShape Reshape(ShapeQuestion q)
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

    public static TensorShape Transpose(ShapeQuestion q)
    {
        var input = q.Input(0);
        return new TensorShape(NodeConstants.Permutation(q.Node, input.Rank).Select(axis => input[axis]));
    }

    public static TensorShape Concat(ShapeQuestion q)
    {
        var parts = Enumerable.Range(0, q.InputCount).Select(q.Input).ToArray();
        var axis = q.Axis("axis", 0, parts[0].Rank);
        foreach (var part in parts.Where(p => !Meets(p.With(axis, 1), parts[0].With(axis, 1))))
        {
            throw new GraphException($"Concat node '{q.Node.Label}' joins {parts[0]} and {part} along axis {axis}; " +
                "their other axes differ. Was the model made for another image size?");
        }

        return parts[0].With(axis, parts.Sum(p => p.Known(axis)));
    }

    /// <summary>Whether two shapes can be the same once free axes are known.</summary>
    private static bool Meets(TensorShape a, TensorShape b) =>
        a.Rank == b.Rank && a.Dims.Zip(b.Dims).All(static pair => pair.First == pair.Second || !pair.First.IsKnown || !pair.Second.IsKnown);

    public static TensorShape Squeeze(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axes = q.Axes(1, input.Rank);
        foreach (var axis in (axes ?? []).Where(a => input[a] is { IsKnown: true, Size: not 1 }))
        {
            throw new GraphException(
                $"Squeeze node '{q.Node.Label}' takes away axis {axis} of {input}, which is larger than 1. Was the model made for another image size?");
        }

        return new TensorShape(input.Dims.Where((dim, axis) => axes is null ? dim != 1 : !axes.Contains(axis)));
    }

    public static TensorShape Unsqueeze(ShapeQuestion q)
    {
        var input = q.Input(0);
        var count = (q.Has(1) ? q.Longs(1) : q.Node.Attributes.Ints("axes"))?.Length
            ?? throw new GraphException($"Unsqueeze node '{q.Node.Label}' states no axes; the model is damaged.");
        var rank = input.Rank + count;
        var added = q.Axes(1, rank)!;
        var rest = new Queue<Dim>(input.Dims);
        return new TensorShape(Enumerable.Range(0, rank).Select(axis => added.Contains(axis) ? 1 : rest.Dequeue()).ToArray());
    }

    public static TensorShape Reduce(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axes = ReducedAxes(q.Node, input.Rank, q.Axes(1, input.Rank));
        return q.Node.Attributes.Int("keepdims", 1) == 1
            ? new TensorShape(input.Dims.Select((dim, axis) => axes.Contains(axis) ? 1 : dim))
            : new TensorShape(input.Dims.Where((_, axis) => !axes.Contains(axis)));
    }

    /// <summary>All axes where none are stated, or none at all with <c>noop_with_empty_axes</c>.</summary>
    public static int[] ReducedAxes(OnnxNode node, int rank, int[]? stated) => stated is { Length: > 0 } ? stated
        : node.Attributes.Int("noop_with_empty_axes", 0) == 1 ? [] : [.. Enumerable.Range(0, rank)];

    public static TensorShape Slice(ShapeQuestion q) =>
        SliceAxis.All(q.Node, q.Input(0), q.Longs).Aggregate(q.Input(0), static (shape, cut) => shape.With(cut.Axis, cut.Count));

    public static TensorShape[] Split(ShapeQuestion q)
    {
        var input = q.Input(0);
        var axis = q.Axis("axis", 0, input.Rank);
        var sizes = q.Has(1) ? q.Longs(1) : EqualParts(input.Known(axis), q.Node.Attributes.Int("num_outputs", q.Node.Outputs.Count));
        return sizes.Sum() == input.Known(axis) && sizes.Length == q.Node.Outputs.Count ? [.. sizes.Select(size => input.With(axis, size))]
            : throw new GraphException(
                $"Split node '{q.Node.Label}' cuts axis {axis} of {input} into [{string.Join(',', sizes)}] for " +
                $"{q.Node.Outputs.Count} outputs, which does not fit.");
    }

    /// <summary>Parts of equal size, the last one smaller where that does not go even.</summary>
    private static long[] EqualParts(long size, long parts)
    {
        if (parts is < 1 or > int.MaxValue / 64) throw new ArgumentException("no parts");
        var part = (size + parts - 1) / parts;
        return [.. Enumerable.Range(0, (int)parts).Select(i => Math.Min(part, size - (i * part)))];
    }

    public static TensorShape Pad(ShapeQuestion q)
    {
        var input = q.Input(0);
        var pads = PadWidths.Of(q.Node, input.Rank, q.Longs);
        return new TensorShape(input.Dims.Select((dim, axis) => pads.Begin[axis] == 0 && pads.End[axis] == 0 ? dim
            : pads.Mode != "reflect" || Math.Max(pads.Begin[axis], pads.End[axis]) < input.Known(axis) ? input.Known(axis) + pads.Begin[axis] + pads.End[axis]
            : throw new GraphException(
                $"Pad node '{q.Node.Label}' reflects {Math.Max(pads.Begin[axis], pads.End[axis])} elements of axis {axis} of {input}, which has fewer."))
            .ToArray());
    }

    public static TensorShape Gather(ShapeQuestion q)
    {
        var (data, indices) = (q.Input(0), q.Input(1));
        var axis = q.Axis("axis", 0, data.Rank);
        if (q.IsConstant(1) && data[axis].IsKnown && q.Longs(1).FirstOrDefault(i => i < -data[axis].Size || i >= data[axis].Size) is not 0 and var outside)
            throw new GraphException($"Gather node '{q.Node.Label}' takes element {outside} of axis {axis} of {data}; the model is damaged.");
        return new TensorShape([.. data.Dims.Take(axis), .. indices.Dims, .. data.Dims.Skip(axis + 1)]);
    }

    public static TensorShape OneHot(ShapeQuestion q)
    {
        var (indices, depth) = (q.Input(0), q.Longs(1)[0]);
        var axis = q.Axis("axis", -1, indices.Rank + 1);
        return new TensorShape([.. indices.Dims.Take(axis), depth, .. indices.Dims.Skip(axis)]);
    }

    public static TensorShape Resize(ShapeQuestion q)
    {
        var input = q.Input(0);
        var map = ResizeGeometry.Of(q.Node, input, q.Floats, q.Longs);
        return new TensorShape(input.Dims.Select((dim, axis) => map.Axes[axis] is { } resized ? resized.Output : dim));
    }

    public static TensorShape DepthToSpace(ShapeQuestion q)
    {
        var (input, block) = (q.Input(0), BlockSize(q.Node));
        return input.Rank == 4 && input.Known(1) % (block * block) == 0
            ? new TensorShape(input[0], input.Known(1) / (block * block), input.Known(2) * block, input.Known(3) * block) : throw BlockMisfit(q, block);
    }

    public static TensorShape SpaceToDepth(ShapeQuestion q)
    {
        var (input, block) = (q.Input(0), BlockSize(q.Node));
        return input.Rank == 4 && input.Known(2) % block == 0 && input.Known(3) % block == 0
            ? new TensorShape(input[0], input.Known(1) * block * block, input.Known(2) / block, input.Known(3) / block) : throw BlockMisfit(q, block);
    }

    private static long BlockSize(OnnxNode node) => node.Attributes.Int("blocksize", 0) is > 0 and < 32768 and var block ? block
        : throw new GraphException($"{node.OpType} node '{node.Label}' has blocksize {node.Attributes.Int("blocksize", 0)}; 1 or more was wanted.");

    private static GraphException BlockMisfit(ShapeQuestion q, long block) =>
        new($"{q.Node.OpType} node '{q.Node.Label}' cannot move blocks of {block}x{block} in {q.Input(0)}. Was the model made for another image size?");

    public static TensorShape ShapeOfShape(ShapeQuestion q) => TensorShape.Of(Part(q.Node, q.Input(0).Rank) is var (start, end) ? end - start : 0);

    /// <summary>The axes that a Shape node speaks of, by its attributes <c>start</c> and <c>end</c> (operator set 15).</summary>
    public static (int Start, int End) Part(OnnxNode node, int rank)
    {
        int Place(long axis) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
        var start = Place(node.Attributes.Int("start", 0));
        return (start, Math.Max(start, Place(node.Attributes.Int("end", rank))));
    }
}
