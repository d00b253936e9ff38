using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Training;

/// <summary>A parameter that training changes.</summary>
/// <param name="Name">The initializer.</param>
/// <param name="IsWeight">Whether weight decay applies: weights of convolutions and dense layers, not biases and normalisation.</param>
/// <param name="IsFilter">Whether the filter RMS limit applies: weights of convolutions.</param>
internal sealed record TrainableParameter(string Name, bool IsWeight, bool IsFilter);

/// <summary>Brings a network from the form it is used in to the form it is trained in.</summary>
internal static class TrainingForm
{
    /// <summary>Finds what training changes: weights and biases of Conv, Gemm and MatMul, scale and bias of batch normalisation.</summary>
    public static IReadOnlyList<TrainableParameter> ParametersOf(OnnxGraph network) =>
        [.. network.Nodes.SelectMany(n => Places(network, n).Select(p => (Node: n, Place: p)))
            .Where(u => u.Node.Input(u.Place) is { } name && network.IsConstant(name))
            .DistinctBy(static u => u.Node.Inputs[u.Place])
            .Select(static u => new TrainableParameter(
                u.Node.Inputs[u.Place],
                u.Place == 1 && u.Node.OpType is ("Conv" or "Gemm" or "MatMul"),
                u.Place == 1 && u.Node.OpType == "Conv"))];

    /// <summary>
    /// Makes parameters inputs, batch normalisation use the batch's statistics, and dropout multiply with a mask that is fed; leaves out a final softmax.
    /// </summary>
    public static (OnnxGraph Forward, string Logits, IReadOnlyList<DropoutMask> Masks) Of(
        OnnxGraph network, IReadOnlyDictionary<string, float> dropout, IReadOnlyList<TrainableParameter> parameters)
    {
        var shapes = ShapeInference.Infer(network);
        var masks = new List<DropoutMask>();
        var output = network.Outputs[0].Name;
        var logits = network.ProducerOf(output) is { OpType: "Softmax" } softmax ? softmax.Inputs[0] : output;
        var inputs = network.Inputs.ToList();
        inputs.AddRange(parameters.Select(p => new ValueInfo(p.Name, ElementType.Float, TensorShape.Of(network.Initializers[p.Name].Dims))));
        var nodes = network.Nodes.Select(n => n.OpType switch
        {
            "BatchNormalization" => WithBatchStatistics(n),
            "Dropout" when dropout.TryGetValue(n.Outputs[0], out var rate) && rate > 0 => Masked(n, rate, shapes[n.Inputs[0]], masks, inputs),
            _ => n,
        }).ToArray();
        var free = parameters.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        var forward = network.With(
            inputs: inputs,
            outputs: [new ValueInfo(logits, ElementType.Float, shapes[logits])],
            nodes: nodes,
            initializers: network.Initializers.Where(i => !free.Contains(i.Key)).ToDictionary()).WithoutUnused();
        return (forward, logits, masks);
    }

    /// <summary>Where parameters stand; a constant that is added is one only when it is the bias of a matrix product.</summary>
    private static int[] Places(OnnxGraph network, OnnxNode node) => node.OpType switch
    {
        "Conv" or "Gemm" or "BatchNormalization" => [1, 2],
        "MatMul" => [1],
        "Add" => [.. Enumerable.Range(0, 2).Where(place => network.ProducerOf(node.Inputs[1 - place])?.OpType == "MatMul")],
        _ => [],
    };

    /// <summary>With momentum 0 the second and third output are mean and variance of the batch.</summary>
    private static OnnxNode WithBatchStatistics(OnnxNode norm) => norm with
    {
        Outputs = [norm.Outputs[0], $"{norm.Outputs[0]}/batch-mean", $"{norm.Outputs[0]}/batch-variance"],
        Attributes = norm.Attributes.With("training_mode", 1L).With("momentum", 0f),
    };

    private static OnnxNode Masked(OnnxNode node, float rate, TensorShape shape, List<DropoutMask> masks, List<ValueInfo> inputs)
    {
        var name = $"{node.Outputs[0]}/mask";
        masks.Add(new DropoutMask(name, rate, [.. shape.Dims.Skip(1).Select(static d => d.Size)]));
        inputs.Add(new ValueInfo(name, ElementType.Float, shape));
        return node with { OpType = "Mul", Inputs = [node.Inputs[0], name] };
    }
}
