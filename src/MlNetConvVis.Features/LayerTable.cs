using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>Lists a network's layers.</summary>
internal static class LayerTable
{
    public static IReadOnlyList<LayerInfo> Of(ConvNet net)
    {
        var shapes = ShapeInference.Infer(net.Graph);
        var fields = ReceptiveField.Infer(net.Graph, net.Image.Name);
        var counted = new HashSet<string>(StringComparer.Ordinal);
        return [.. net.Graph.Nodes.Select(n => new LayerInfo(
            n.Outputs[0],
            n.OpType,
            shapes.GetValueOrDefault(n.Outputs[0]),
            n.Inputs.Where(i => net.Graph.IsConstant(i) && counted.Add(i)).Sum(i => ParameterCount(net.Graph, n, i)),
            fields.GetValueOrDefault(n.Outputs[0]),
            Obstacle(net, n, shapes)))];
    }

    /// <summary>Counts learned numbers, not the shapes and axes that also lie in constants.</summary>
    private static long ParameterCount(OnnxGraph graph, OnnxNode node, string input) =>
        node.OpType is not ("Clip" or "Pad") && graph.Initializers[input] is { Type: ElementType.Float } tensor ? tensor.Count : 0;

    private static string? Obstacle(ConvNet net, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        if (!shapes.ContainsKey(node.Outputs[0])) return "its shape is not known";
        return ReversalPass.Unsupported(net.Graph, node.Outputs[0], net.Image.Name, ReversalRules.Paper) is [var first, ..]
            ? $"no rule for {first.OpType} at '{first.Label}'"
            : null;
    }
}
