using Google.Protobuf;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;
using MlNetConvVis.Onnx.Wire;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Onnx;

/// <summary>Models that are wrong in ways a file can be: each refused by inspect and project with one line that says what is wrong, before anything large is
/// made.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a = Relu(b)\nb = Relu(a)\ny = Add(a, x)", "cycle")]
    [InlineData("y = Conv(x, nowhere)", "'nowhere'")]
    [InlineData("y = Relu(x)\ny = Relu(x)", "'y' is made twice")]
    [InlineData("x = Relu(w)\ny = Relu(x)", "'x' is made twice")]
    [InlineData("y = Conv(x, whole)", "weights 'whole' of Int64")]
    [InlineData("y = Concat(x, x) axis=7", "names axis 7")]
    [InlineData("y = Softmax(x) axis=-9", "axis -9")]
    [InlineData("y = Flatten(x) axis=6", "names axis 6")]
    [InlineData("y = Transpose(x) perm=[0,0,1,2]", "perm")]
    [InlineData("y = Squeeze(x) axes=[9]", "names axis 9")]
    [InlineData("y = Gather(x, far) axis=1", "takes element 99")]
    [InlineData("y = MaxPool(x) kernel_shape=[1000000,1000000]", "Use a larger image")]
    [InlineData("y = MaxPool(x) kernel_shape=[9223372036854775807,2] strides=[2,2]", "none above")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] strides=[0,0]", "1 or more")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] pads=[-1,0,0,0]", "pads")]
    [InlineData("y = AveragePool(x) kernel_shape=[2,2] pads=[2000000000,2000000000,2000000000,2000000000]", "elements an image")]
    [InlineData("y = Pad(x) pads=[0,0,2000000000,2000000000,0,0,2000000000,2000000000]", "elements an image")]
    [InlineData("y = Upsample(x, huge)", "elements an image")]
    [InlineData("y = Expand(x, many)", "elements an image")]
    [InlineData("c = ConstantOfShape(wide)\ny = Conv(x, c)", "at most")]
    [InlineData("y = Conv(x, empty)", "holds nothing")]
    [InlineData("y = Slice(x) starts=[2] ends=[2] axes=[1]", "holds nothing")]
    [InlineData("y = Conv(x, w) group=2", "channels")]
    [InlineData("y = Conv(x, w) dilations=[900000000,900000000]", "Use a larger image")]
    [InlineData("y = DepthToSpace(x) blocksize=0", "blocksize 0")]
    [InlineData("y, z = Split(x) axis=1 split=[1,1]", "does not fit")]
    [InlineData("c = Conv(x, w)\ny = BatchNormalization(c, pair)", "one number a channel")]
    [InlineData("c = Conv(x, w)\ny = BatchNormalization(c, three, three, three, three)", "one number a channel")]
    [InlineData("y = BatchNormalization(x, pair, three, three, three)", "one number a channel")]
    [InlineData("y = MaxPool(x) kernel_shape=[2,2] dilations=[5,5] pads=[1,1,1,1]", "nothing of [1,3,4,4] but padding")]
    public void Damaged_graphs_are_refused(string text, string reason)
    {
        var model = Path.Combine(_folder.Path, "bad.onnx");
        File.WriteAllBytes(model, Model(text).ToByteArray());
        CommandLineRun.Of("inspect", model).AssertRefused(reason);
    }

    /// <summary>A runtime would be asked for these only when a layer behind them is; the refusal is one line then too.</summary>
    [Theory]
    [InlineData("y = Add(x, whole)")]
    [InlineData("m = Relu(x)\ny = Mul(m, whole)")]
    public void Mixed_types_are_refused_when_they_run(string text)
    {
        var model = Path.Combine(_folder.Path, "mixed.onnx");
        File.WriteAllBytes(model, Model(text).ToByteArray());
        var tensor = Path.Combine(_folder.Path, "x.npy");
        MlNetConvVis.Data.NpyFile.Write<float>(tensor, new float[48], [1, 3, 4, 4]);
        CommandLineRun.Of("project", "--model", model, "--tensor", tensor, "--layer", "y", "--out", Path.Combine(_folder.Path, "p.npy"))
            .AssertRefused("ONNX Runtime");
    }

    [Theory]
    [InlineData(new[] { 1L, 3, 100_000, 100_000 }, "elements an image")]
    [InlineData(new[] { 1L, 3, 1, 100_000 }, "pixels along an axis")]
    [InlineData(new[] { 1L, 3, long.MaxValue, long.MaxValue }, "elements an image")]
    public void Inputs_of_impossible_size_are_refused(long[] shape, string reason)
    {
        var model = Model("y = Relu(x)");
        model.Graph.Input[0].Type.TensorType.Shape.Dim.Clear();
        model.Graph.Input[0].Type.TensorType.Shape.Dim.AddRange(shape.Select(static d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        Assert.Contains(reason, Assert.Throws<GraphException>(() => new ConvNet(OnnxFile.Read(model.ToByteArray())).Layers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_claim_gigabytes_are_refused()
    {
        var model = Model("y = Conv(x, w)");
        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.AddRange([20_000, 3, 100, 100]);
        Assert.Contains("bytes", Assert.Throws<GraphException>(() => OnnxFile.Read(model.ToByteArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_of_whole_numbers_is_refused()
    {
        var model = Model("y = Relu(x)");
        model.Graph.Input[0].Type.TensorType.ElemType = 7;
        Assert.Contains("one image input", Assert.Throws<GraphException>(() => new ConvNet(OnnxFile.Read(model.ToByteArray()))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_attribute_without_a_tensor_is_refused()
    {
        var model = Model("c = ConstantOfShape(far)\ny = Relu(x)");
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "value", Type = 4 });
        Assert.Contains("'value' of ConstantOfShape", Assert.Throws<GraphException>(() => OnnxFile.Read(model.ToByteArray())).Message, StringComparison.Ordinal);
    }

    /// <summary>Weights that are listed as inputs too, as older exporters do, are constants.</summary>
    [Fact]
    public void Weights_among_the_inputs_are_no_inputs()
    {
        var model = Model("y = Conv(x, w)");
        model.Graph.Input.Add(new ValueInfoProto { Name = "w", Type = model.Graph.Input[0].Type.Clone() });
        Assert.Equal("x", new ConvNet(OnnxFile.Read(model.ToByteArray())).Image.Name);
    }

    /// <summary>A long chain written back to front is sorted in no time.</summary>
    [Fact]
    public void Nodes_in_reverse_order_are_sorted()
    {
        var model = Model("y = Relu(v0)");
        for (var i = 0; i < 20_000; i++)
            model.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { i == 19_999 ? "x" : $"v{i + 1}" }, Output = { $"v{i}" } });
        Assert.Equal("v19999", OnnxFile.Read(model.ToByteArray()).Nodes[0].Outputs[0]);
    }

    private static ModelProto Model(string text)
    {
        var graph = new GraphProto { Name = "bad" };
        var image = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() } };
        image.TensorType.Shape.Dim.AddRange(new[] { 1L, 3, 4, 4 }.Select(static d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        graph.Input.Add(new ValueInfoProto { Name = "x", Type = image });
        graph.Output.Add(new ValueInfoProto { Name = "y", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } });
        graph.Initializer.AddRange([
            Wire("w", OnnxTensor.Of(new float[12], 2, 3, 2, 1)), Wire("whole", OnnxTensor.Of(new long[9], 3, 3, 1, 1)), Wire("far", OnnxTensor.Of([99L], 1)),
            Wire("huge", OnnxTensor.Of([1f, 1, 1e5f, 1e5f], 4)), Wire("wide", OnnxTensor.Of([100_000L, 3, 100_000, 4], 4)),
            Wire("many", OnnxTensor.Of([100_000_000L, 3, 4, 4], 4)), Wire("empty", OnnxTensor.Of(Array.Empty<float>(), 0, 3, 1, 1)),
            Wire("pair", OnnxTensor.Of([1f, 1], 2)), Wire("three", OnnxTensor.Of([1f, 1, 1], 3))]);
        foreach (var node in text.Split('\n').Select(GraphText.Node))
        {
            var wire = new NodeProto { OpType = node.OpType, Input = { node.Inputs }, Output = { node.Outputs } };
            foreach (var (name, value) in node.Attributes)
            {
                var attribute = new AttributeProto { Name = name, Type = value is long[]? 7 : 2 };
                if (value is long[] many) attribute.Ints.AddRange(many);
                else attribute.I = (long)value;
                wire.Attribute.Add(attribute);
            }

            graph.Node.Add(wire);
        }

        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 9 });
        return model;
    }

    private static TensorProto Wire(string name, OnnxTensor tensor)
    {
        var wire = new TensorProto { Name = name, DataType = (int)tensor.Type, RawData = ByteString.CopyFrom(tensor.Bytes) };
        wire.Dims.AddRange(tensor.Dims);
        return wire;
    }
}
