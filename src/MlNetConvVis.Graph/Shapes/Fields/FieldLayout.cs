namespace MlNetConvVis.Graph.Shapes;

/// <summary>Field rules of operators that move, cut or join elements.</summary>
internal static class FieldLayout
{
    /// <summary>
    /// A Reshape: read from the front, input and output axes are cut into groups of equal element counts. An axis alone in its group on both sides keeps its
    /// units (ShuffleNet's channel shuffle keeps rows and columns); axes that are merged or split are seen as a whole.
    /// </summary>
    public static UnitMap?[] Regrouped(TensorShape from, TensorShape to)
    {
        var maps = new UnitMap?[to.Rank];
        for (var (i, o) = (0, 0); i < from.Rank && o < to.Rank;)
        {
            var (firstI, firstO) = (i, o);
            if (from[i] == to[o])
            {
                maps[o++] = UnitMap.Same(i++);
                continue;
            }

            if (from[i] == 1 || to[o] == 1)      // an axis without a partner
            {
                (i, o) = to[o] == 1 ? (i, o + 1) : (i + 1, o);
                continue;
            }

            if (!Grown(from, ref i, to, ref o) || (i - firstI == 1 && o - firstO == 1)) break;
        }

        return maps;
    }

    public static UnitMap?[] Concat(FieldQuestion q)
    {
        var (axis, maps) = (q.Axis(0), FieldRules.Elementwise(q));
        var offset = Enumerable.Range(0, q.Index).Sum(i => q.Input(i).Known(axis));
        var size = q.From.Known(axis);
        maps[axis] = new UnitMap(axis, 1, -offset, -offset) { Exact = u => u >= offset && u < offset + size ? [u - offset] : [] };
        return maps;
    }

    public static UnitMap?[] Split(FieldQuestion q)
    {
        var axis = q.Axis(0);
        var offset = Enumerable.Range(0, q.Output).Sum(o => q.Shapes[q.Node.Outputs[o]].Known(axis));
        return FieldRules.Maps(q.To.Rank, a => a == axis ? new UnitMap(a, 1, offset, offset) : UnitMap.Same(a));
    }

    public static UnitMap?[] Slice(FieldQuestion q)
    {
        var maps = FieldRules.Maps(q.To.Rank, UnitMap.Same);
        foreach (var cut in SliceAxis.All(q.Node, q.From, q.Longs)) maps[cut.Axis] = new UnitMap(cut.Axis, cut.Step, cut.Start, cut.Start);
        return maps;
    }

    public static UnitMap?[] Pad(FieldQuestion q)
    {
        var pads = PadWidths.Of(q.Node, q.From.Rank, q.Longs);
        return FieldRules.Maps(q.To.Rank, axis => pads.Begin[axis] == 0 && pads.End[axis] == 0 ? UnitMap.Same(axis) : Picked(axis, q.From.Known(axis), pads));
    }

    public static UnitMap?[] Gather(FieldQuestion q)
    {
        if (q.Index > 0) return new UnitMap?[q.To.Rank];
        var (axis, indices, size) = (q.Axis(0), q.Longs(1), q.From.Dims);
        var more = q.To.Rank - q.From.Rank;      // axes of the indices, less the one they take the place of
        return FieldRules.Maps(q.To.Rank, a => a < axis ? UnitMap.Same(a)
            : a > axis + more ? UnitMap.Same(a - more)
            : more == 0 ? UnitMap.Picked(axis, u => indices[u] < 0 ? indices[u] + size[axis].Size : indices[u]) : null);
    }

    public static UnitMap?[] Resize(FieldQuestion q)
    {
        var map = ResizeGeometry.Of(q.Node, q.From, i => q.Constants[q.Node.Inputs[i]].Floats.ToArray(), q.Longs);
        return FieldRules.Maps(q.To.Rank, axis => map.Axes[axis] is not { } resized ? UnitMap.Same(axis)
            : map.Factor(resized) is { } factor ? new UnitMap(axis, 1, -(factor - 1), 0, factor)
            : new UnitMap(axis) { Exact = u => map.Sources(resized, u).Select(static s => s.Place) });
    }

    private static UnitMap Picked(int axis, long size, PadWidths pads) =>
        UnitMap.Picked(axis, u => pads.SourceOf(axis, u, size)) with { Low = -pads.Begin[axis], High = -pads.Begin[axis] };

    /// <summary>Takes axes until both groups hold equally many elements; a free axis fits none but itself.</summary>
    private static bool Grown(TensorShape from, ref int i, TensorShape to, ref int o)
    {
        if (!from[i].IsKnown || !to[o].IsKnown) return false;
        var (left, right) = (from[i++].Size, to[o++].Size);
        while (left != right)
        {
            if (left < right && i < from.Rank && from[i].IsKnown) left *= from[i++].Size;
            else if (right < left && o < to.Rank && to[o].IsKnown) right *= to[o++].Size;
            else return false;
        }

        return true;
    }
}
