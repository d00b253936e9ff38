using System.Runtime.InteropServices;

namespace MlNetConvVis.Graph.Shapes;

/// <summary>Reads what a node states about axes and positions, and checks it.</summary>
internal static class NodeConstants
{
    /// <summary>Whole numbers from a constant of int64 or int32.</summary>
    public static long[] Longs(OnnxNode node, OnnxTensor tensor) => tensor.Type switch
    {
        ElementType.Int64 => tensor.Longs.ToArray(),
        ElementType.Int32 => [.. MemoryMarshal.Cast<byte, int>(tensor.Bytes).ToArray().Select(static v => (long)v)],
        _ => throw new GraphException(
            $"{node.OpType} node '{node.Label}' reads a constant of {tensor.Type} where whole numbers were wanted; the model is damaged."),
    };

    /// <summary>An axis counted from the first; negative ones count from the last.</summary>
    public static int Axis(OnnxNode node, long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new GraphException($"{node.OpType} node '{node.Label}' names axis {axis}, but its input has {rank} axes; the model is damaged.");

    /// <summary>The order of axes of a Transpose: reversed where none is stated.</summary>
    public static int[] Permutation(OnnxNode node, int rank)
    {
        int[] order = node.Attributes.Ints("perm")?.Select(a => Axis(node, a, rank)).ToArray() ?? [.. Enumerable.Range(0, rank).Reverse()];
        return order.Length == rank && order.Distinct().Count() == rank ? order
            : throw new GraphException($"Transpose node '{node.Label}' has perm [{string.Join(',', order)}] for {rank} axes; the model is damaged.");
    }
}

/// <summary>One axis of a Slice: positions Start, Start + Step, … ; Count of them.</summary>
/// <param name="Axis">The axis, counted from the first.</param>
/// <param name="Start">The first position taken.</param>
/// <param name="Step">From one taken position to the next; negative backwards.</param>
/// <param name="Count">How many positions are taken.</param>
internal readonly record struct SliceAxis(int Axis, long Start, long Step, long Count)
{
    /// <summary>Works out a Slice as the ONNX operator specification does: negative positions count from the end, and all are clamped.</summary>
    public static SliceAxis Of(OnnxNode node, int axis, long size, long start, long end, long step)
    {
        if (step == 0) throw new GraphException($"Slice node '{node.Label}' has step 0; the model is damaged.");
        var (low, high) = step > 0 ? (0L, size) : (-1L, size - 1);
        var first = Math.Clamp(start < 0 ? start + size : start, 0, high);
        var last = Math.Clamp(end < 0 ? end + size : end, low, high);
        var room = step > 0 ? last - first : first - last;
        return new SliceAxis(axis, first, step, room <= 0 ? 0 : ((room - 1) / Math.Abs(step)) + 1);
    }

    /// <summary>Reads the axes that a Slice cuts; an axis of free size may only be taken whole and is left out.</summary>
    public static SliceAxis[] All(OnnxNode node, TensorShape input, Func<int, long[]> longs)
    {
        var (starts, ends) = (longs(1), longs(2));
        long[] axes = node.Input(3) is not null ? longs(3) : [.. Enumerable.Range(0, starts.Length).Select(static a => (long)a)];
        long[] steps = node.Input(4) is not null ? longs(4) : [.. starts.Select(static _ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw new GraphException($"Slice node '{node.Label}' states {starts.Length} starts, {ends.Length} ends, " +
                $"{axes.Length} axes and {steps.Length} steps; the model is damaged.");
        }

        return [.. axes.Select((a, i) => (Axis: NodeConstants.Axis(node, a, input.Rank), Start: starts[i], End: ends[i], Step: steps[i]))
            .Where(c => input[c.Axis].IsKnown || c.Start != 0 || c.Step != 1 || c.End < int.MaxValue)
            .Select(c => Of(node, c.Axis, input.Known(c.Axis), c.Start, c.End, c.Step))];
    }
}

/// <summary>The padding of a Pad node, an axis each.</summary>
/// <param name="Begin">Elements added before each axis; negative ones are cut off.</param>
/// <param name="End">Elements added behind each axis.</param>
/// <param name="Mode">constant, edge or reflect.</param>
internal sealed record PadWidths(long[] Begin, long[] End, string Mode)
{
    /// <summary>Reads a Pad node.</summary>
    public static PadWidths Of(OnnxNode node, int rank, Func<int, long[]> longs)
    {
        var pads = longs(1);
        int[] axes = node.Input(3) is not null ? [.. longs(3).Select(a => NodeConstants.Axis(node, a, rank))] : [.. Enumerable.Range(0, rank)];
        var mode = node.Attributes.Text("mode", "constant");
        if (pads.Length != 2 * axes.Length || pads.Any(static p => Math.Abs(p) > int.MaxValue))
            throw new GraphException($"Pad node '{node.Label}' has pads [{string.Join(',', pads)}] for {axes.Length} axes; the model is damaged.");
        if (mode is not ("constant" or "edge" or "reflect"))
            throw new GraphException($"Pad node '{node.Label}' has mode '{mode}'; constant, edge or reflect can be used.");
        var (begin, end) = (new long[rank], new long[rank]);
        for (var i = 0; i < axes.Length; i++) (begin[axes[i]], end[axes[i]]) = (pads[i], pads[i + axes.Length]);
        return new PadWidths(begin, end, mode);
    }

    /// <summary>The input position that an output position of an axis shows, or -1 for padding.</summary>
    public long SourceOf(int axis, long place, long size)
    {
        var at = place - Begin[axis];
        if (at >= 0 && at < size) return at;
        return Mode switch
        {
            "edge" => Math.Clamp(at, 0, size - 1),
            "reflect" => at < 0 ? -at : (2 * (size - 1)) - at,
            _ => -1,
        };
    }
}
