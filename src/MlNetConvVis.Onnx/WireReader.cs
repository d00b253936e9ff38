using System.Runtime.InteropServices;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx.Wire;

namespace MlNetConvVis.Onnx;

/// <summary>Turns the messages of an ONNX file into our graph types.</summary>
internal sealed class WireReader(string file, ExternalData external)
{
    private const int MostOpset = 100;

    public OnnxGraph Graph(ModelProto model)
    {
        var graph = model.Graph;
        if (graph.SparseInitializer.Count > 0)
            throw new GraphException($"'{file}' holds sparse weights, which are not read. Export it with dense ones.");
        var initializers = Initializers(graph);
        var inputs = graph.Input.Where(i => !initializers.ContainsKey(i.Name)).Select(Info);
        return new OnnxGraph(
            graph.Name,
            Opset(model),
            inputs,
            graph.Output.Select(Info),
            graph.Node.Select(Node),
            initializers,
            model.MetadataProps.DistinctBy(static p => p.Key).ToDictionary(static p => p.Key, static p => p.Value));
    }

    private Dictionary<string, OnnxTensor> Initializers(GraphProto graph)
    {
        var initializers = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        foreach (var tensor in graph.Initializer)
        {
            if (!initializers.TryAdd(tensor.Name, Tensor(tensor)))
                throw new GraphException($"'{file}' holds the weights '{tensor.Name}' twice; names must be unique.");
        }

        return initializers;
    }

    private int Opset(ModelProto model) => model.OpsetImport.FirstOrDefault(static o => o.Domain is "" or "ai.onnx")?.Version is { } version
        ? (int)Math.Clamp(version, 0, MostOpset)
        : throw new GraphException($"'{file}' does not state which version of ONNX's operator set it uses. Export it again.");

    private ValueInfo Info(ValueInfoProto info)
    {
        if (info.Type?.ValueCase is not TypeProto.ValueOneofCase.TensorType)
            return new ValueInfo(info.Name, ElementType.Undefined, null);
        var tensor = info.Type.TensorType;
        var shape = tensor.Shape is null ? null : new TensorShape(tensor.Shape.Dim.Select((dim, axis) => dim.ValueCase switch
        {
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dim.DimValue > 0 => (Dim)dim.DimValue,
            TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when dim.DimParam.Length > 0 => Dim.Free(dim.DimParam),
            _ => Dim.Free($"{info.Name}.{axis}"),
        }).ToArray());
        return new ValueInfo(info.Name, (ElementType)tensor.ElemType, shape);
    }

    private OnnxNode Node(NodeProto node)
    {
        var attributes = OnnxAttributes.Of(node.Attribute.Select(a => (a.Name, Attribute(node, a))));
        var captured = attributes.Select(static a => a.Value).OfType<OnnxBranch>().SelectMany(static b => b.Captured).Distinct(StringComparer.Ordinal);
        return new OnnxNode(
            node.OpType, node.Name, [.. node.Input, .. captured], [.. node.Output], attributes, node.Domain == "ai.onnx" ? "" : node.Domain);
    }

    private OnnxBranch Branch(GraphProto graph) =>
        new([.. graph.Node.Select(Node)], Initializers(graph), [.. graph.Output.Select(static o => o.Name)]);

    private object Attribute(NodeProto node, AttributeProto attribute) => Kind(attribute) switch
    {
        1 => attribute.F,
        2 => attribute.I,
        3 => attribute.S.ToStringUtf8(),
        4 => Tensor(attribute.T ?? throw new GraphException(
            $"Attribute '{attribute.Name}' of {node.OpType} node '{node.Name}' in '{file}' holds no tensor; the model is damaged.")),
        5 when node.OpType == "If" && attribute.G is { } graph => Branch(graph),
        6 => attribute.Floats.ToArray(),
        7 => attribute.Ints.ToArray(),
        8 => attribute.Strings.Select(static s => s.ToStringUtf8()).ToArray(),
        5 or 10 => throw new GraphException(
            $"{node.OpType} node '{node.Name}' of '{file}' holds a graph of its own (control flow); only feed-forward networks can be used."),
        var other =>
            throw new GraphException($"Attribute '{attribute.Name}' of {node.OpType} node '{node.Name}' in '{file}' has kind {other}, which is not read."),
    };

    /// <summary>Gets the kind; files from before IR version 2 do not state it, so it follows from the field that is filled.</summary>
    private static int Kind(AttributeProto a) => a.Type != 0 ? a.Type
        : a.T is not null ? 4 : a.G is not null ? 5 : a.Floats.Count > 0 ? 6 : a.Ints.Count > 0 ? 7 : a.Strings.Count > 0 ? 8 : !a.S.IsEmpty ? 3
        : a.F != 0 ? 1 : 2;

    private OnnxTensor Tensor(TensorProto tensor)
    {
        var type = (ElementType)tensor.DataType;
        if (type == ElementType.String) throw new GraphException($"Tensor '{tensor.Name}' of '{file}' holds text; only numbers can be used.");
        if (tensor.Dims.Any(static d => d < 0)) throw new GraphException($"Tensor '{tensor.Name}' of '{file}' has a negative dimension; the model is damaged.");
        var wanted = tensor.Dims.Aggregate((Int128)type.Size(), static (product, d) => product > long.MaxValue ? product : product * d);
        if (wanted > int.MaxValue)
            throw new GraphException($"Tensor '{tensor.Name}' of '{file}' claims {wanted} bytes; at most {int.MaxValue} can be used.");
        var bytes = tensor.DataLocation == 1 ? external.Read(tensor, (long)wanted)
            : tensor.RawData.Length > 0 ? tensor.RawData.ToByteArray()
            : TypedData(tensor, type);
        return bytes.Length == wanted ? OnnxTensor.FromBytes(type, tensor.Dims, bytes) : throw new GraphException(
            $"Tensor '{tensor.Name}' [{string.Join(',', tensor.Dims)}] of '{file}' takes {wanted} bytes, " +
                $"but {bytes.Length} are there; the model is truncated or damaged.");
    }

    /// <summary>Elements of the narrow integer types and of float16 lie in int32_data, one a number.</summary>
    private static byte[] TypedData(TensorProto tensor, ElementType type) => type switch
    {
        ElementType.Float => Bytes(tensor.FloatData.ToArray()),
        ElementType.Double => Bytes(tensor.DoubleData.ToArray()),
        ElementType.Int64 => Bytes(tensor.Int64Data.ToArray()),
        ElementType.UInt64 => Bytes(tensor.Uint64Data.ToArray()),
        ElementType.UInt32 => Bytes(tensor.Uint64Data.Select(static v => (uint)v).ToArray()),
        ElementType.Int32 => Bytes(tensor.Int32Data.ToArray()),
        ElementType.Int16 or ElementType.UInt16 or ElementType.Float16 or ElementType.BFloat16 =>
            Bytes(tensor.Int32Data.Select(static v => (ushort)v).ToArray()),
        _ => [.. tensor.Int32Data.Select(static v => (byte)v)],
    };

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
