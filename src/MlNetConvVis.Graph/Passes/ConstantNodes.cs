namespace MlNetConvVis.Graph.Passes;

/// <summary>Turns Constant and ConstantOfShape nodes, and Identity of constants, into initializers.</summary>
internal static class ConstantNodes
{
    private const long MostElements = int.MaxValue / 8;

    public static OnnxGraph ToInitializers(OnnxGraph graph)
    {
        var initializers = new Dictionary<string, OnnxTensor>(graph.Initializers, StringComparer.Ordinal);
        var nodes = new List<OnnxNode>();
        foreach (var node in graph.Nodes)
        {
            if (Value(node, initializers) is { } tensor) initializers.Add(node.Outputs[0], tensor);
            else nodes.Add(node);
        }

        return graph.With(nodes: nodes, initializers: initializers);
    }

    private static OnnxTensor? Value(OnnxNode node, Dictionary<string, OnnxTensor> initializers) => node.OpType switch
    {
        "Constant" => ConstantValue(node),
        "ConstantOfShape" when node.Input(0) is { } name && initializers.TryGetValue(name, out var shape) => Filled(node, shape),
        "Identity" when node.Input(0) is { } name => initializers.GetValueOrDefault(name),
        _ => null,
    };

    private static OnnxTensor ConstantValue(OnnxNode node) => node.Attributes.Select(static a => a.Value switch
    {
        OnnxTensor tensor => tensor,
        float number => OnnxTensor.Of([number]),
        long number => OnnxTensor.Of([number]),
        float[] numbers => OnnxTensor.Of(numbers, numbers.Length),
        long[] numbers => OnnxTensor.Of(numbers, numbers.Length),
        _ => null,
    }).FirstOrDefault(static t => t is not null) ?? throw new GraphException($"Constant node '{node.Label}' holds no number; only numbers can be used.");

    private static OnnxTensor Filled(OnnxNode node, OnnxTensor shape)
    {
        var dims = shape.Longs.ToArray();
        var value = node.Attributes.Tensor("value") ?? OnnxTensor.Of([0f], 1);
        var count = dims.Aggregate((Int128)1, static (product, d) => product > long.MaxValue ? product : product * d);
        if (count < 0 || count > MostElements)
        {
            throw new GraphException(
                $"ConstantOfShape node '{node.Label}' wants a tensor [{string.Join(',', dims)}]; at most {MostElements} elements can be used.");
        }

        if (value.Count != 1)
            throw new GraphException($"ConstantOfShape node '{node.Label}' has a value of shape [{string.Join(',', value.Dims)}]; one element was wanted.");
        return OnnxTensor.FromBytes(value.Type, dims, Repeated(value.Bytes, checked((int)count * value.Bytes.Length)));
    }

    /// <summary>Copies what is there already, twice as much each time.</summary>
    private static byte[] Repeated(ReadOnlySpan<byte> element, int length)
    {
        var data = new byte[length];
        if (length == 0 || element.IndexOfAnyExcept((byte)0) < 0) return data;
        element.CopyTo(data);
        for (var done = element.Length; done < length; done *= 2) data.AsSpan(0, Math.Min(done, length - done)).CopyTo(data.AsSpan(done));
        return data;
    }
}
