using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Writes <c>auto_pad</c> SAME_UPPER and SAME_LOWER as explicit pads, as the ONNX operator specification defines them. ONNX Runtime refuses them on a dilated
/// Conv,
/// forgets the dilation of a MaxPool, and works out negative pads for a pool whose stride is larger than its kernel.
/// </summary>
internal static class AutoPads
{
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        if (!graph.Nodes.Any(IsAutomatic)) return graph;
        var shapes = KnownShapes.Of(graph);
        return graph.With(nodes: graph.Nodes.Select(n => IsAutomatic(n) && Window(n, shapes) is { } window ? Padded(n, window) : n));
    }

    private static bool IsAutomatic(OnnxNode node) => node.Domain.Length == 0 && node.OpType is "Conv" or "MaxPool" or "AveragePool"
        && node.Attributes.Text("auto_pad", "NOTSET").StartsWith("SAME_", StringComparison.Ordinal);

    private static WindowGeometry? Window(OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        if (!shapes.TryGetValue(node.Inputs[0], out var input)) return null;
        if (node.OpType != "Conv") return WindowGeometry.Of(node, input);
        return shapes.TryGetValue(node.Inputs[1], out var weights) ? WindowGeometry.Of(node, input, weights) : null;
    }

    private static OnnxNode Padded(OnnxNode node, WindowGeometry window) =>
        node with { Attributes = node.Attributes.Without("auto_pad").With("pads", window.Pads) };
}
