using System.Runtime.InteropServices;

namespace MlNetConvVis.Graph.Passes;

/// <summary>Turns half, bfloat16 and double precision into the float32 that everything here computes with: weights, inputs, outputs and casts.</summary>
internal static class SinglePrecision
{
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        var used = graph.Inputs.Select(static i => i.Type).Concat(graph.Initializers.Values.Select(static t => t.Type))
            .Concat(graph.Nodes.SelectMany(static n => n.Attributes).Select(static a => a.Value is OnnxTensor t ? t.Type : ElementType.Float))
            .Concat(graph.Nodes.Where(static n => n.OpType == "Cast").Select(static n => (ElementType)n.Attributes.Int("to", 0)));
        if (!used.Any(IsOther)) return graph;
        return graph.With(
            inputs: graph.Inputs.Select(Single),
            outputs: graph.Outputs.Select(Single),
            nodes: graph.Nodes.Select(Single),
            initializers: graph.Initializers.ToDictionary(static i => i.Key, static i => Single(i.Value)));
    }

    /// <summary>Gets whether a type is one of real numbers that is turned into float32.</summary>
    public static bool IsOther(ElementType type) => type is ElementType.Float16 or ElementType.BFloat16 or ElementType.Double;

    private static ValueInfo Single(ValueInfo info) => IsOther(info.Type) ? info with { Type = ElementType.Float } : info;

    private static OnnxNode Single(OnnxNode node)
    {
        if (node.OpType == "Cast" && IsOther((ElementType)node.Attributes.Int("to", 0)))
            return node with { Attributes = node.Attributes.With("to", (long)ElementType.Float) };
        return node.Attributes.Any(static a => a.Value is OnnxTensor t && IsOther(t.Type))
            ? node with { Attributes = OnnxAttributes.Of(node.Attributes.Select(static a => (a.Key, a.Value is OnnxTensor t ? Single(t) : a.Value))) } : node;
    }

    private static OnnxTensor Single(OnnxTensor tensor) => tensor.Type switch
    {
        ElementType.Double => Converted<double>(tensor, static v => (float)v),
        ElementType.Float16 => Converted<Half>(tensor, static v => (float)v),
        ElementType.BFloat16 => Converted<ushort>(tensor, static v => BitConverter.Int32BitsToSingle(v << 16)),
        _ => tensor,
    };

    private static OnnxTensor Converted<T>(OnnxTensor tensor, Func<T, float> convert)
        where T : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, T>(tensor.Bytes);
        var to = new float[from.Length];
        for (var i = 0; i < to.Length; i++) to[i] = convert(from[i]);
        return OnnxTensor.Of(to, [.. tensor.Dims]);
    }
}
