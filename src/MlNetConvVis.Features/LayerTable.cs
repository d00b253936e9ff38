using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>Lists a network's layers.</summary>
internal static class LayerTable
{
    /// <summary>What is no rectifier: every preset takes the derivative.</summary>
    private static readonly string[] s_gates =
        ["Sigmoid", "HardSwish", "HardSigmoid", "Tanh", "Softplus", "Softsign", "Erf", "Exp", "Log", "Sqrt", "Abs", "Reciprocal", "InstanceNormalization"];

    public static IReadOnlyList<LayerInfo> Of(ConvNet net)
    {
        var shapes = ShapeInference.Infer(net.Graph);
        var fields = ReceptiveField.Infer(net.Graph, net.Image.Name, net.Axes);
        var obstacles = Obstacles(net.Graph, net.Image.Name, shapes);
        var parameters = Parameters(net);
        var gates = Gates(net.Graph, fields);
        return [.. net.Graph.Nodes.Select(n => new LayerInfo(
            n.Outputs[0],
            n.OpType,
            shapes.GetValueOrDefault(n.Outputs[0]),
            parameters.GetValueOrDefault(n.Outputs[0]),
            fields.GetValueOrDefault(n.Outputs[0]),
            obstacles.GetValueOrDefault(n.Outputs[0]) ?? (net.OtherOrderOf(n.Outputs[0]) is { } order ? $"it lies {order}" : null),
            gates.GetValueOrDefault(n.Outputs[0])))];
    }

    /// <summary>The first gate on the way to each value that has one.</summary>
    private static Dictionary<string, string> Gates(OnnxGraph graph, IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> computed)
    {
        var gates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            var earlier = node.Inputs.Select(gates.GetValueOrDefault).FirstOrDefault(static g => g is not null);
            var isGate = s_gates.Contains(node.OpType)
                || (node.OpType is "Mul" or "Div" or "MatMul" or "Max" or "Min" or "Pow" && node.Inputs.All(computed.ContainsKey));
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
        var whole = net.Whole;
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

    /// <summary>The first node on the way to each value that cannot be reversed, if there is one.</summary>
    private static Dictionary<string, string> Obstacles(OnnxGraph graph, string image, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        var obstacles = new Dictionary<string, string>(StringComparer.Ordinal);
        var computed = new HashSet<string>(StringComparer.Ordinal) { image };
        var trial = new RuleTrial(graph, image, ReversalRules.Paper);
        foreach (var node in graph.Nodes.Where(n => n.Inputs.Any(computed.Contains)))
        {
            computed.UnionWith(node.Outputs);
            var own = node.Domain.Length > 0 || !ReversalRules.Paper.Operators.Contains(node.OpType) ? $"no rule for {node.OpType} at '{node.Label}'"
                : !shapes.ContainsKey(node.Outputs[0]) ? $"the shape of '{node.Outputs[0]}' is not known"
                : trial.Refusal(node) is not null ? $"no rule for this form of {node.OpType} at '{node.Label}'" : null;
            if ((node.Inputs.Select(obstacles.GetValueOrDefault).FirstOrDefault(static o => o is not null) ?? own) is not { } obstacle) continue;
            foreach (var output in node.Outputs.Where(static o => o.Length > 0)) obstacles[output] = obstacle;
        }

        foreach (var node in graph.Nodes.Where(n => !computed.Contains(n.Outputs[0]))) obstacles[node.Outputs[0]] = "it is not computed from the image";
        return obstacles;
    }
}
