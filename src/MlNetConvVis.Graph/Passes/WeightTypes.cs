namespace MlNetConvVis.Graph.Passes;

/// <summary>Refuses weights that are no real numbers, before a runtime does so in its own words.</summary>
internal static class WeightTypes
{
    public static OnnxGraph Checked(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes.Where(static n => n.Domain.Length == 0
            && n.OpType is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "BatchNormalization" or "InstanceNormalization" or "PRelu"))
        {
            if (node.Inputs.FirstOrDefault(i => graph.Initializers.TryGetValue(i, out var tensor) && tensor.Type != ElementType.Float) is { } odd)
            {
                throw new GraphException(
                    $"{node.OpType} node '{node.Label}' has weights '{odd}' of {graph.Initializers[odd].Type}; real numbers were wanted. " +
                    "Export the model with float weights.");
            }
        }

        return graph;
    }
}
