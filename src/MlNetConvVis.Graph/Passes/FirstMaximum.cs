using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Writes the indices of a MaxPool so that of equal values the first in row-major order wins by construction. ONNX leaves ties to whoever computes; here every
/// place of the window is compared with the maximum, from the last to the first, and the latest answer stays. Standard operators only.
/// </summary>
public static class FirstMaximum
{
    /// <summary>Rewrites every MaxPool whose indices are used.</summary>
    /// <param name="graph">A graph in the written operator set; the pools' spatial sizes must be known.</param>
    /// <returns>A graph that computes the same; values keep their names.</returns>
    public static OnnxGraph Lower(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!graph.Nodes.Any(GivesIndices)) return graph;
        var shapes = ShapeInference.Infer(graph);
        var build = new GraphBuilder(graph);
        var nodes = new List<OnnxNode>();
        foreach (var node in graph.Nodes)
        {
            nodes.Add(GivesIndices(node) ? node with { Outputs = [node.Outputs[0]], Attributes = node.Attributes.Without("storage_order") } : node);
            if (!GivesIndices(node)) continue;
            var added = build.Nodes.Count;
            var indices = Indices(build, node, WindowGeometry.Of(node, shapes[node.Inputs[0]]));
            nodes.AddRange(build.Nodes.Skip(added).Select(n => n.Outputs[0] == indices.Name ? n with { Outputs = [node.Outputs[1]] } : n));
        }

        return graph.With(nodes: nodes, initializers: build.Initializers);
    }

    private static bool GivesIndices(OnnxNode node) => node is { OpType: "MaxPool", Domain.Length: 0 } && node.Output(1) is not null
        && node.Attributes.Int("storage_order", 0) == 0;

    /// <summary>Place in [N, C, …]: that of the item's channel, then that of the maximum in it.</summary>
    private static Value Indices(GraphBuilder build, OnnxNode node, WindowGeometry window)
    {
        var (x, maxima) = (new Value(node.Inputs[0]), new Value(node.Outputs[0]));
        var padded = Padded(build, x, window);
        Value? place = null;
        foreach (var offset in window.Offsets().Reverse())
        {
            var own = build.Shared(Places(window, offset));
            place = place is not { } later ? own : build.Node("Where", [build.Node("Equal", [build.ElementOfWindows(padded, window, offset), maxima]), own, later]);
        }

        var channels = build.Node("Shape", [x], OnnxAttributes.Of(("start", 0L), ("end", 2L)));
        var count = build.Node("ReduceProd", [channels], OnnxAttributes.Of(("keepdims", 0L)));
        var number = build.Node("Range", [Whole(build, 0), count, Whole(build, 1)]);
        var shape = build.Concat(0, channels, build.Longs([.. window.Kernel.Select(static _ => 1L)]));
        var first = build.Mul(build.Node("Reshape", [number, shape]), Whole(build, OnnxTensor.Product(window.InputSizes)));
        return build.Add(place!.Value, first);
    }

    private static Value Whole(GraphBuilder build, long number) => build.Shared(OnnxTensor.Of([number]));

    /// <summary>Not-a-number around, as far as windows reach: it equals no maximum.</summary>
    private static Value Padded(GraphBuilder build, Value x, WindowGeometry window)
    {
        long[] ends = [.. Enumerable.Range(0, window.Rank).Select(a => Math.Max(0, window.Overhang(a)))];
        return window.PadsBegin.Concat(ends).All(static p => p == 0) ? x
            : build.Node("Pad", [x, build.Longs([0, 0, .. window.PadsBegin, 0, 0, .. ends]), build.Scalar(float.NaN)]);
    }

    /// <summary>For each pooled place the flat place, within its channel, of one position of its window; [1, 1, pooled sizes].</summary>
    private static OnnxTensor Places(WindowGeometry window, long[] offset)
    {
        IEnumerable<long> places = [0];
        for (var a = 0; a < window.Rank; a++)
        {
            var axis = a;
            long[] along = [.. Enumerable.Range(0, (int)window.OutputSizes[axis])
                .Select(p => (p * window.Strides[axis]) - window.PadsBegin[axis] + (offset[axis] * window.Dilations[axis]))];
            places = places.SelectMany(outer => along.Select(inner => (outer * window.InputSizes[axis]) + inner));
        }

        return OnnxTensor.Of(places.ToArray(), [1, 1, .. window.OutputSizes]);
    }
}
