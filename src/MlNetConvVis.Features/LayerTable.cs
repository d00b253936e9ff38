using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
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
        var parameters = Parameters(net);
        var gates = Gates(net.Graph, fields);
        return [.. net.Graph.Nodes.Select(n => new LayerInfo(
            n.Outputs[0],
            n.OpType,
            shapes.GetValueOrDefault(n.Outputs[0]),
            parameters.GetValueOrDefault(n.Outputs[0]),
            fields.GetValueOrDefault(n.Outputs[0]),
            Obstacle(net, n, shapes),
            gates.GetValueOrDefault(n.Outputs[0])))];
    }

    /// <summary>The first gate on the way to each value that has one.</summary>
    private static Dictionary<string, string> Gates(OnnxGraph graph, IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> computed)
    {
        var gates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            var earlier = node.Inputs.Select(gates.GetValueOrDefault).FirstOrDefault(static g => g is not null);
            var isGate = node.OpType is "Sigmoid" or "HardSwish" or "HardSigmoid" || (node.OpType is "Mul" or "Div" && node.Inputs.All(computed.ContainsKey));
            if ((earlier ?? (isGate ? $"{node.OpType} at '{node.Label}'" : null)) is { } gate) gates[node.Outputs[0]] = gate;
        }

        return gates;
    }

    /// <summary>
    /// Counts learned numbers by layer in the graph before batch normalisation was folded, since folding makes scale, shift and bias one. What a layer
    /// had that was merged into the one behind it counts there; weights that several layers share count in the first.
    /// </summary>
    private static Dictionary<string, long> Parameters(ConvNet net)
    {
        var whole = CanonicalForm.Of(net.Original.With(inputs: [net.Image]));
        var (counts, counted) = (new Dictionary<string, long>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var node in whole.Nodes)
        {
            var own = node.Inputs.Where((name, place) => IsLearned(whole, node, name, place) && counted.Add(name)).Sum(name => whole.Initializers[name].Count);
            var merged = node.Inputs.Where(i => net.Graph.ProducerOf(i) is null).Sum(i => counts.GetValueOrDefault(i));
            counts[node.Outputs[0]] = own + merged;
        }

        return counts;
    }

    /// <summary>Not learned: shapes, axes, bounds, and the running mean and variance of batch normalisation.</summary>
    private static bool IsLearned(OnnxGraph graph, OnnxNode node, string name, int place) =>
        graph.IsConstant(name) && graph.Initializers[name].Type == ElementType.Float && node.OpType switch
        {
            "Clip" or "Pad" or "Dropout" or "Resize" => false,
            "BatchNormalization" => place is 1 or 2,
            _ => true,
        };

    private static string? Obstacle(ConvNet net, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes) =>
        ReversalPass.Unsupported(net.Graph, node.Outputs[0], net.Image.Name, ReversalRules.Paper) is [var first, ..] ? $"no rule for {first.OpType} at '{first.Label}'"
        : shapes.ContainsKey(node.Outputs[0]) ? null : "its shape is not known";
}
