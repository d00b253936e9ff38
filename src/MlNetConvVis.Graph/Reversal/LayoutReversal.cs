namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses operators that only move elements.</summary>
internal static class LayoutReversal
{
    /// <summary>Gives the signal the input's shape back.</summary>
    public static Value Reshaped(ReversalStep s) => s.ReshapedLikeInput(s.Signal, 0);

    /// <summary>Permutes the axes back.</summary>
    public static Value Transposed(ReversalStep s)
    {
        var rank = s.InputShape(0).Rank;
        var order = s.Node.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(static a => (long)a)];
        return s.Build.Transpose(s.Signal, [.. Enumerable.Range(0, rank).Select(axis => (long)Array.IndexOf(order, axis))]);
    }

    /// <summary>Cuts out the part that an input contributed.</summary>
    public static Value PartOfConcat(ReversalStep s, int index)
    {
        var axis = (int)s.Node.Attributes.Int("axis", 0);
        var start = Enumerable.Range(0, index).Sum(i => s.InputShape(i).Known(axis));
        return s.Build.Slice(s.Signal, [axis], [start], [start + s.InputShape(index).Known(axis)]);
    }

    /// <summary>A cast between real numbers passes the signal on; one to whole numbers has no slope.</summary>
    public static Value Cast(ReversalStep s) => s.Node.Attributes.Int("to", 0) == (long)ElementType.Float ? s.Signal
        : throw new GraphException($"Cast node '{s.Node.Label}' makes {(ElementType)s.Node.Attributes.Int("to", 0)} of real numbers, " +
        "which has no slope. Choose a layer before this node.");
}
