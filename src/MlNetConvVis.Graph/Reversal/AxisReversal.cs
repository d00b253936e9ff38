namespace MlNetConvVis.Graph.Reversal;

/// <summary>Takes signals along one axis back to the places that their values came from.</summary>
internal static class AxisReversal
{
    /// <summary>Puts the signal at each place where the value there came from; several signals for one place are added, places without one are zero.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="signal">The signal, with as many places along the axis as there are sources.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="rank">How many axes there are.</param>
    /// <param name="sources">For each place the one it came from; negative for none.</param>
    /// <param name="size">How many places there were.</param>
    public static Value ToSources(GraphBuilder build, Value signal, int axis, int rank, long[] sources, long size)
    {
        var placeOf = Enumerable.Repeat(-1L, (int)size).ToArray();
        for (var place = 0; place < sources.Length; place++)
        {
            if (sources[place] < 0) continue;
            if (placeOf[sources[place]] >= 0) return Weighted(build, signal, axis, rank, OneHot(sources, size));
            placeOf[sources[place]] = place;
        }

        return IsRun(placeOf, out var first) ? build.Slice(signal, [axis], [first], [first + size])
            : IsRun(sources, out first) ? Padded(build, signal, axis, rank, first, size - first - sources.Length)
            : Picked(build, signal, axis, rank, placeOf, sources.Length);
    }

    /// <summary>Multiplies along an axis: out[…, i, …] = sum over p of signal[…, p, …] * weights[p, i].</summary>
    public static Value Weighted(GraphBuilder build, Value signal, int axis, int rank, OnnxTensor weights)
    {
        var matrix = build.Shared(weights);
        if (axis == rank - 1) return build.MatMul(signal, matrix);
        long[] swapped = [.. Enumerable.Range(0, rank).Select(a => (long)(a == axis ? rank - 1 : a == rank - 1 ? axis : a))];
        return build.Transpose(build.MatMul(build.Transpose(signal, swapped), matrix), swapped);
    }

    private static OnnxTensor OneHot(long[] sources, long size)
    {
        var weights = new float[checked(sources.Length * size)];
        for (var place = 0; place < sources.Length; place++)
        {
            if (sources[place] >= 0) weights[(place * size) + sources[place]] = 1;
        }

        return OnnxTensor.Of(weights, sources.Length, size);
    }

    /// <summary>Whether places follow each other without a gap.</summary>
    private static bool IsRun(long[] places, out long first)
    {
        first = places.Length > 0 ? places[0] : -1;
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] < 0 || places[i] != first + i) return false;
        }

        return first >= 0;
    }

    private static Value Padded(GraphBuilder build, Value signal, int axis, int rank, long before, long behind)
    {
        var pads = new long[2 * rank];
        (pads[axis], pads[axis + rank]) = (before, behind);
        return build.Node("Pad", [signal, build.Longs(pads)]);
    }

    /// <summary>Picks each place's signal; one zero is added at the end for places that have none.</summary>
    private static Value Picked(GraphBuilder build, Value signal, int axis, int rank, long[] placeOf, int places)
    {
        var source = placeOf.Any(static p => p < 0) ? Padded(build, signal, axis, rank, 0, 1) : signal;
        return build.Node("Gather", [source, build.Longs([.. placeOf.Select(p => p < 0 ? places : p)])], OnnxAttributes.Of(("axis", (long)axis)));
    }
}
