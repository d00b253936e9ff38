using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses operators that cut elements out, add some around, or pick them by their places.</summary>
internal static class CutReversal
{
    /// <summary>Padding that is constant is cut off again; copies of border elements are added back onto those.</summary>
    public static Value Pad(ReversalStep s)
    {
        var input = s.InputShape(0);
        var pads = PadWidths.Of(s.Node, input.Rank, i => Longs(s, i));
        var signal = s.Signal;
        for (var axis = 0; axis < input.Rank; axis++)
        {
            if (pads.Begin[axis] == 0 && pads.End[axis] == 0) continue;
            var (size, at) = (input.Known(axis), axis);
            long[] sources = [.. Enumerable.Range(0, (int)(size + pads.Begin[axis] + pads.End[axis])).Select(place => pads.SourceOf(at, place, size))];
            signal = AxisReversal.ToSources(s.Build, signal, axis, input.Rank, sources, size);
        }

        return signal;
    }

    /// <summary>What was cut out goes back to its place, zeros elsewhere.</summary>
    public static Value Slice(ReversalStep s)
    {
        var input = s.InputShape(0);
        return SliceAxis.All(s.Node, input, i => Longs(s, i)).Aggregate(s.Signal, (signal, cut) => AxisReversal.ToSources(
            s.Build, signal, cut.Axis, input.Rank, [.. Enumerable.Range(0, (int)cut.Count).Select(i => cut.Start + (i * cut.Step))], input.Known(cut.Axis)));
    }

    /// <summary>The parts side by side again; zeros for parts that no signal reached.</summary>
    public static Value Split(ReversalStep s)
    {
        var axis = NodeConstants.Axis(s.Node, s.Node.Attributes.Int("axis", 0), s.InputShape(0).Rank);
        return s.Build.Concat(axis, [.. s.Signals.Select((signal, o) => signal ?? s.Build.FullLike(s.Output(o), 0))]);
    }

    /// <summary>Each element goes back to where it was taken from; what was taken several times is added up.</summary>
    public static Value Gather(ReversalStep s)
    {
        var (data, indices) = (s.InputShape(0), s.InputShape(1));
        var axis = NodeConstants.Axis(s.Node, s.Node.Attributes.Int("axis", 0), data.Rank);
        var size = data.Known(axis);
        long[] sources = [.. Longs(s, 1).Select(i => i < 0 ? i + size : i)];
        if (sources.Any(i => i < 0 || i >= size))
            throw new GraphException($"Gather node '{s.Node.Label}' takes [{string.Join(',', sources)}] of {size} elements; the model is damaged.");
        var signal = indices.Rank == 1 ? s.Signal : s.Build.Reshape(s.Signal, data.With(axis, sources.Length).ForReshape());
        return AxisReversal.ToSources(s.Build, signal, axis, data.Rank, sources, size);
    }

    /// <summary>Gets an input that must be a constant of whole numbers.</summary>
    public static long[] Longs(ReversalStep s, int index) => s.Build.ConstantOf(s.Input(index)) is { } tensor ? NodeConstants.Longs(s.Node, tensor)
        : throw new GraphException(
            $"{s.Node.OpType} node '{s.Node.Label}' computes '{s.Input(index)}' while the network runs; " +
                $"a constant is wanted. Choose a layer before this node.");
}
