using System.Text;
using Google.Protobuf;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Onnx;
using MlNetConvVis.Onnx.Wire;
using MlNetConvVis.Tests.Reference;

namespace MlNetConvVis.Tests.Onnx;

/// <summary>ONNX files: written and read back, cut short, damaged, too old, too large.</summary>
public class OnnxFileTests
{
    private static readonly OnnxGraph s_network = ReferenceCase.All["zeiler_fergus"].Network([], ["y"])
        .With(metadata: new Dictionary<string, string> { ["classes"] = "Käse\nBrot", ["size"] = "26" });

    [Theory]
    [InlineData("zeiler_fergus")]
    [InlineData("residual")]
    [InlineData("branches")]
    [InlineData("conv_same_lower")]
    [InlineData("clip_high_only")]
    [InlineData("maxpool_overlap")]
    public void Written_and_read_back_is_written_the_same(string name)
    {
        var reference = ReferenceCase.All[name];
        var bytes = OnnxFile.ToBytes(reference.Network([], reference.Outputs.Keys));
        Assert.Equal(bytes, OnnxFile.ToBytes(OnnxFile.Read(bytes)));
    }

    [Fact]
    public void Everything_a_graph_holds_comes_back()
    {
        var attributes = OnnxAttributes.Of(("f", 0f), ("i", 0L), ("s", ""), ("t", OnnxTensor.Of([1f, 2], 2)), ("fs", new[] { 1.5f, -0f }),
            ("is", new[] { long.MinValue, 7 }), ("ss", new[] { "a", "ü" }), ("none", Array.Empty<long>()));
        var node = new OnnxNode("Odd", "node", ["x", "", "w"], ["", "y"], attributes, "com.example");
        var graph = new OnnxGraph("net", 17, [new ValueInfo("x", ElementType.Float, new TensorShape(Dim.Free("N"), 3))],
            [new ValueInfo("y", ElementType.Int64, null)], [node],
            new Dictionary<string, OnnxTensor> { ["w"] = OnnxTensor.FromBytes(ElementType.Float16, [2, 1], [0, 60, 0, 64]) },
            new Dictionary<string, string> { ["k"] = "v\0w" });
        var back = OnnxFile.Read(OnnxFile.ToBytes(graph));
        Assert.Equal((graph.Name, graph.Opset, "v\0w"), (back.Name, back.Opset, back.Metadata["k"]));
        Assert.Equal(graph.Inputs, back.Inputs);
        Assert.Equal(graph.Outputs, back.Outputs);
        Assert.Equal((node.OpType, node.Name, node.Domain), (back.Nodes[0].OpType, back.Nodes[0].Name, back.Nodes[0].Domain));
        Assert.Equal(node.Inputs, back.Nodes[0].Inputs);
        Assert.Equal(node.Outputs, back.Nodes[0].Outputs);
        Assert.Equal(attributes.Select(static a => a.Key), back.Nodes[0].Attributes.Select(static a => a.Key));
        Assert.Equal([long.MinValue, 7], back.Nodes[0].Attributes.Ints("is")!);
        Assert.Equal(graph.Initializers["w"].Bytes.ToArray(), back.Initializers["w"].Bytes.ToArray());
        Assert.Equal(OnnxFile.ToBytes(graph), OnnxFile.ToBytes(back));
    }

    [Fact]
    public void File_is_replaced_whole_and_nothing_is_left_beside_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("net.onnx", "old");
        OnnxFile.Write(s_network, path);
        Assert.Equal(OnnxFile.ToBytes(s_network), File.ReadAllBytes(path));
        Assert.Equal(["net.onnx"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Truncated_file_is_an_error_wherever_it_is_cut()
    {
        var bytes = OnnxFile.ToBytes(s_network.With(metadata: new Dictionary<string, string>()));
        for (var part = 0; part < 20; part++)
        {
            var cut = bytes[..(bytes.Length * part / 20)];
            var error = Assert.Throws<GraphException>(() => OnnxFile.Read(cut, "net.onnx"));
            Assert.Contains("net.onnx", error.Message, StringComparison.Ordinal);
            Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Any other exception, a hang or a huge allocation would fail: damaged files are an error of the input.</summary>
    [Fact]
    public void Damaged_bytes_are_an_error_or_a_graph_and_never_a_crash()
    {
        var original = OnnxFile.ToBytes(ReferenceCase.All["branches"].Network([], ["y"]).With(opset: 12));
        var random = new Random(0x5EED);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 1500; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var hit = 0; hit <= random.Next(4); hit++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var graph = CanonicalForm.Of(OnnxFile.Read(bytes));
                ReceptiveField.Infer(BatchNormalizationFolding.Apply(graph), "x");
                read++;
            }
            catch (GraphException)
            {
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is a text, and not a model")]
    [InlineData("<!DOCTYPE html><html></html>")]
    public void Other_files_are_refused(string content) =>
        Assert.Contains("model.onnx", Assert.Throws<GraphException>(() => OnnxFile.Read(Encoding.UTF8.GetBytes(content), "model.onnx")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Missing_file_is_named() =>
        Assert.Contains("nowhere.onnx", Assert.Throws<GraphException>(() => OnnxFile.Read("nowhere.onnx")).Message, StringComparison.Ordinal);

    [Fact]
    public void Folder_in_place_of_a_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<GraphException>(() => OnnxFile.Read(folder.Path));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(99)]
    [InlineData(-5)]
    [InlineData(long.MaxValue)]
    public void Operator_sets_out_of_reach_are_refused(long opset)
    {
        var model = Model();
        model.OpsetImport[0].Version = opset;
        using var folder = new TemporaryFolder();
        var path = folder.Write("net.onnx", model.ToByteArray());
        Assert.Contains("7 to 25 are read", Assert.Throws<GraphException>(() => OnnxFile.Load(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>A file of a few hundred bytes that claims tensors of gigabytes must not make anybody allocate them.</summary>
    [Theory]
    [InlineData(new long[] { 1 << 29 })]
    [InlineData(new long[] { 1 << 28 })]
    [InlineData(new long[] { long.MaxValue, long.MaxValue, 4 })]
    [InlineData(new long[] { 1, -1 })]
    public void Tensors_larger_than_their_data_are_refused_without_room_for_them(long[] dims)
    {
        var model = Model();
        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.AddRange(dims);
        var bytes = model.ToByteArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<GraphException>(() => OnnxFile.Read(bytes));
        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Weights_named_twice_are_refused()
    {
        var model = Model();
        model.Graph.Initializer.Add(model.Graph.Initializer[0].Clone());
        Assert.Contains("'w' twice", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_weights_are_named()
    {
        var model = Model();
        model.Graph.Initializer.Clear();
        Assert.Contains("'w' is read by Conv node 'conv'", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_inputs_too_count_as_weights()
    {
        var model = Model();
        model.Graph.Input.Add(new ValueInfoProto { Name = "w" });
        Assert.Equal(["x"], OnnxFile.Read(model.ToByteArray()).Inputs.Select(static i => i.Name));
    }

    [Fact]
    public void Control_flow_is_refused()
    {
        var model = Model();
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", Type = 5, G = new GraphProto() });
        Assert.Contains("control flow", Refusal(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Sparse_weights_are_refused()
    {
        var model = Model();
        model.Graph.SparseInitializer.Add(new SparseTensorProto());
        Assert.Contains("sparse", Refusal(model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(-1)]
    public void Tensors_that_hold_no_numbers_of_ours_are_refused(int type)
    {
        var model = Model();
        model.Graph.Initializer[0].DataType = type;
        Assert.Throws<GraphException>(() => OnnxFile.Read(model.ToByteArray()));
    }

    [Fact]
    public void Numbers_lie_in_typed_fields_too()
    {
        var model = Model();
        var tensor = model.Graph.Initializer[0];
        tensor.RawData = ByteString.Empty;
        tensor.FloatData.AddRange([1f, 2, 3, 4]);
        model.Graph.Initializer.Add(new TensorProto { Name = "halves", DataType = (int)ElementType.Float16, Dims = { 2 }, Int32Data = { 0x3C00, 0xC000 } });
        model.Graph.Initializer.Add(new TensorProto { Name = "bytes", DataType = (int)ElementType.UInt8, Dims = { 2 }, Int32Data = { 1, 255 } });
        model.Graph.Initializer.Add(new TensorProto { Name = "doubles", DataType = (int)ElementType.Double, Dims = { 1 }, DoubleData = { 0.5 } });
        model.Graph.Initializer.Add(new TensorProto { Name = "longs", DataType = (int)ElementType.Int64, Dims = { 1 }, Int64Data = { -7 } });
        var weights = OnnxFile.Read(model.ToByteArray()).Initializers;
        Assert.Equal([1f, 2, 3, 4], weights["w"].Floats.ToArray());
        Assert.Equal([0x00, 0x3C, 0x00, 0xC0], weights["halves"].Bytes.ToArray());
        Assert.Equal([1, 255], weights["bytes"].Bytes.ToArray());
        Assert.Equal(BitConverter.GetBytes(0.5), weights["doubles"].Bytes.ToArray());
        Assert.Equal([-7L], weights["longs"].Longs.ToArray());
    }

    internal static ModelProto Model() => ModelProto.Parser.ParseFrom(OnnxFile.ToBytes(new OnnxGraph(
        "net", 18, [GraphText.Float("x", 1, 1, 4, 4)], [new ValueInfo("y", ElementType.Float, null)],
        [new OnnxNode("Conv", "conv", ["x", "w"], ["y"], OnnxAttributes.None)],
        new Dictionary<string, OnnxTensor> { ["w"] = OnnxTensor.Of([1f, 2, 3, 4], 1, 1, 2, 2) })));

    private static string Refusal(ModelProto model) => Assert.Throws<GraphException>(() => OnnxFile.Read(model.ToByteArray())).Message;
}
