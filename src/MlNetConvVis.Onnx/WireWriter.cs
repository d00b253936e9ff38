using Google.Protobuf;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx.Wire;

namespace MlNetConvVis.Onnx;

/// <summary>Turns our graph types into the messages of an ONNX file.</summary>
internal static class WireWriter
{
    public static GraphProto Graph(OnnxGraph graph)
    {
        var wire = new GraphProto { Name = graph.Name.Length > 0 ? graph.Name : "graph" };
        wire.Input.AddRange(graph.Inputs.Select(Info));
        wire.Output.AddRange(graph.Outputs.Select(Info));
        wire.Node.AddRange(graph.Nodes.Select(Node));
        wire.Initializer.AddRange(graph.Initializers.Select(static i => Tensor(i.Key, i.Value)));
        return wire;
    }

    private static ValueInfoProto Info(ValueInfo info)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)info.Type };
        if (info.Shape is { } shape)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.AddRange(shape.Dims.Select(static d => d.Symbol is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = d.Size }));
        }

        return new ValueInfoProto { Name = info.Name, Type = new TypeProto { TensorType = tensor } };
    }

    private static NodeProto Node(OnnxNode node)
    {
        var wire = new NodeProto { OpType = node.OpType, Name = node.Name, Domain = node.Domain };
        wire.Input.AddRange(node.Inputs);
        wire.Output.AddRange(node.Outputs);
        wire.Attribute.AddRange(node.Attributes.Select(static a => Attribute(a.Key, a.Value)));
        return wire;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var wire = new AttributeProto { Name = name };
        switch (value)
        {
            case float number: (wire.Type, wire.F) = (1, number); break;
            case long number: (wire.Type, wire.I) = (2, number); break;
            case string text: (wire.Type, wire.S) = (3, ByteString.CopyFromUtf8(text)); break;
            case OnnxTensor tensor: (wire.Type, wire.T) = (4, Tensor("", tensor)); break;
            case float[] numbers: wire.Type = 6; wire.Floats.AddRange(numbers); break;
            case long[] numbers: wire.Type = 7; wire.Ints.AddRange(numbers); break;
            case string[] texts: wire.Type = 8; wire.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8)); break;
            default: throw new GraphException($"Attribute '{name}' has a value of type {value.GetType().Name}, which an ONNX file cannot hold.");
        }

        return wire;
    }

    private static TensorProto Tensor(string name, OnnxTensor tensor)
    {
        var wire = new TensorProto { Name = name, DataType = (int)tensor.Type, RawData = UnsafeByteOperations.UnsafeWrap(tensor.Memory) };
        wire.Dims.AddRange(tensor.Dims);
        return wire;
    }
}
