using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Writes a pool's <c>ceil_mode</c> as padding at the end, up to where the last window reaches. The same for MaxPool, whose padding never wins, and for
/// AveragePool where padding is not counted. Runtimes disagree on whether a window that would start in the end padding is dropped; explicit pads leave no room
/// for that.
/// </summary>
internal static class CeilModePads
{
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        if (!graph.Nodes.Any(IsCeiling)) return graph;
        var shapes = KnownShapes.Of(graph);
        return graph.With(nodes: graph.Nodes.Select(n => IsCeiling(n) && shapes.TryGetValue(n.Inputs[0], out var shape) ? Padded(n, shape) : n));
    }

    private static bool IsCeiling(OnnxNode node) =>
        node.Domain.Length == 0 && node.Attributes.Int("ceil_mode", 0) == 1 && node.OpType is "MaxPool" or "AveragePool";

    /// <summary>ONNX Runtime wants pads smaller than the kernel; a pool that would not keep to that stays as it is.</summary>
    private static OnnxNode Padded(OnnxNode node, TensorShape shape)
    {
        var window = WindowGeometry.Of(node, shape);
        if (node.OpType == "AveragePool" && node.Attributes.Int("count_include_pad", 0) == 1) return Counted(node, window, shape);
        long[] ends = [.. Enumerable.Range(0, window.Rank).Select(window.Overhang)];
        if (ends.Zip(window.Kernel).Any(static pair => pair.First >= pair.Second)) return node;
        long[] pads = [.. window.PadsBegin, .. ends.Select(static e => Math.Max(e, 0))];
        return node with { Attributes = node.Attributes.Without("ceil_mode", "auto_pad").With("pads", pads) };
    }

    /// <summary>Where padding is counted, that of ceil_mode is not, so it cannot be written out; but where it adds no window it can go, and with it the
    /// disagreement.</summary>
    private static OnnxNode Counted(OnnxNode node, WindowGeometry window, TensorShape shape)
    {
        var floored = node with { Attributes = node.Attributes.Without("ceil_mode") };
        return window.OutputSizes.SequenceEqual(WindowGeometry.Of(floored, shape).OutputSizes) ? floored : node;
    }
}
