using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// Where the signal of a single unit can be. A projection that starts at one unit of a layer is zero outside a window of every value on the way down; the
/// window's size is the same for all units of the layer, and it moves with the unit.
/// </summary>
internal static class SignalWindows
{
    /// <summary>Works out the windows.</summary>
    /// <param name="forward">The forward graph.</param>
    /// <param name="start">The layer of the unit, [N, C, spatial axes].</param>
    /// <param name="image">The value to reach.</param>
    /// <param name="shapes">The shapes of the forward graph.</param>
    /// <returns>
    /// For each value on the way one entry a spatial axis: unit u of the layer reaches the places Start + u*Stride … Start + u*Stride + Size - 1, some of which
    /// may lie outside the value. Null where some operator on the way mixes places, or where branches move at different speeds: then only whole values will do.
    /// </returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>>? Infer(
        OnnxGraph forward, string start, string image, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        if (!shapes.TryGetValue(start, out var layer) || layer.Rank < 3) return null;
        var path = NodeOrder.NeededFor(forward, [start]);
        var computed = NodeOrder.DependentOn(path, [image]);
        var windows = new Dictionary<string, IReadOnlyList<FieldAxis>>(StringComparer.Ordinal)
        {
            [start] = [.. Enumerable.Repeat(new FieldAxis(1, 1, 0), layer.Rank - 2)],
        };
        foreach (var node in path.Reverse().Where(n => n.Inputs.Any(computed.Contains)))
        {
            if (!PlaceKeeping.Keeps(forward, node, computed, shapes)) return null;
            var reached = node.Outputs.Where(windows.ContainsKey).Select(o => windows[o]).ToArray();
            if (reached.Length == 0) continue;
            if (node.OpType == "Split" && (reached.Length < node.Outputs.Count || reached.Any(r => !r.SequenceEqual(reached[0])))) return null;
            var signal = reached[0];
            foreach (var input in node.Inputs.Where(computed.Contains))
            {
                if (Joined(windows.GetValueOrDefault(input), Through(node, signal, shapes)) is not { } joined) return null;
                windows[input] = joined;
            }
        }

        return windows.ContainsKey(image) ? windows : null;
    }

    /// <summary>Gets the window of a node's inputs for a window of its outputs.</summary>
    public static IReadOnlyList<FieldAxis> Through(OnnxNode node, IReadOnlyList<FieldAxis> signal, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        if (!IsWindowed(node)) return signal;
        var window = Geometry(node, shapes);
        return [.. signal.Select((axis, a) => new FieldAxis(
            window.Reach(a, axis.Size),
            axis.Stride * window.Strides[a],
            (axis.Start * window.Strides[a]) - window.PadsBegin[a]))];
    }

    /// <summary>Gets how the window of a Conv or pool moves over its whole input.</summary>
    public static WindowGeometry Geometry(OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes) => PlaceKeeping.Window(node, shapes);

    /// <summary>Whether a window lies partly outside a value for some unit of the layer.</summary>
    public static bool CanLeave(IReadOnlyList<FieldAxis> window, TensorShape layer, TensorShape value) =>
        window.Select((axis, a) => axis.Start < 0 || axis.Start + ((layer.Known(a + 2) - 1) * axis.Stride) + axis.Size > value.Known(a + 2))
        .Any(static outside => outside);

    public static bool IsWindowed(OnnxNode node) => PlaceKeeping.IsWindowed(node);

    /// <summary>The smallest window that holds both; null where they move at different speeds.</summary>
    private static IReadOnlyList<FieldAxis>? Joined(IReadOnlyList<FieldAxis>? a, IReadOnlyList<FieldAxis> b) =>
        a is null ? b : a.Zip(b).All(static pair => pair.First.Stride == pair.Second.Stride) ? [.. a.Zip(b, Hull)] : null;

    private static FieldAxis Hull(FieldAxis a, FieldAxis b)
    {
        var start = Math.Min(a.Start, b.Start);
        return new FieldAxis(Math.Max(a.Start + a.Size, b.Start + b.Size) - start, a.Stride, start);
    }
}
