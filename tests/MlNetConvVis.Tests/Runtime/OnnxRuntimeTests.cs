using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MlNetConvVis.Tests.Runtime;

public class OnnxRuntimeTests
{
    /// <summary>The model y = Relu(x) over float[3], opset 18, IR 8, written out byte by byte as protobuf.</summary>
    private static byte[] ReluModel { get; } =
    [
        .. Varint(1, 8),                                            // ir_version
        .. Message(7,                                               // graph
        [
            .. Message(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Relu")]),   // node: input, output, op_type
            .. Text(2, "g"),
            .. Message(11, FloatVector("x")),
            .. Message(12, FloatVector("y")),
        ]),
        .. Message(8, Varint(2, 18)),                               // opset_import: version
    ];

    [Fact]
    public void A_session_made_from_bytes_computes()
    {
        using var session = new InferenceSession(ReluModel);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(new[] { -1f, 0f, 2f }, [3]))]);
        TensorAssert.Close([0f, 0f, 2f], results[0].AsTensor<float>().ToArray(), Tolerance.Exact);
    }

    /// <summary>A value_info: name, then type.tensor_type of elem_type float and shape [3].</summary>
    private static byte[] FloatVector(string name) =>
        [.. Text(1, name), .. Message(2, Message(1, [.. Varint(1, 1), .. Message(2, Message(1, Varint(1, 3)))]))];

    private static byte[] Varint(int field, byte value) => [(byte)(field << 3), value];

    private static byte[] Text(int field, string text) => Message(field, System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];
}
