using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Onnx;
using MlNetConvVis.Tests.Reference;

namespace MlNetConvVis.Tests.Graph;

/// <summary>What must hold for every reverse pass, whatever the numbers.</summary>
public class ReversalPropertyTests
{
    /// <summary>Linear but for the pooling's switches.</summary>
    private const string LinearNetwork = """
        c = Conv(x, w1) strides=[2,1] pads=[1,0,2,1] group=2
        m = MaxPool(c) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]
        a = AveragePool(m) kernel_shape=[2,3] pads=[0,1,1,1] count_include_pad=1
        y = Conv(a, w2) dilations=[1,2]
        """;

    private static readonly ReversalRuleSet s_last = ReversalRules.Gradient.With("last", ReversalRules.MaxPool(Overlap.Last));
    private static readonly ReversalRuleSet s_largest = ReversalRules.Gradient.With("max", ReversalRules.MaxPool(Overlap.Max));

    public static TheoryData<string> Networks => ["zeiler_fergus", "residual", "branches"];

    public static TheoryData<string, string> NetworksAndPresets =>
        [.. Networks.SelectMany(static n => ReversalRules.Presets.Select(p => (n.Data, p.Name)))];

    /// <summary>With fixed switches the network is a matrix A: the product of A x with y equals that of x with A^T y, and A^T is what `sum` gives.</summary>
    [Fact]
    public void Reverse_is_the_adjoint_under_sum_and_only_there()
    {
        var (forward, x, seed) = Linear();
        var outward = Dot(GraphRun.Of(forward, x).Floats, seed.Floats);
        Assert.Equal(outward, Dot(x.Floats, GraphRun.Reverse(forward, x, seed, ReversalRules.Gradient)), Math.Abs(outward) * 1e-5);
        Assert.NotEqual(outward, Dot(x.Floats, GraphRun.Reverse(forward, x, seed, s_last)), Math.Abs(outward) * 1e-2);
        Assert.NotEqual(outward, Dot(x.Floats, GraphRun.Reverse(forward, x, seed, s_largest)), Math.Abs(outward) * 1e-2);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Paper_preset_scales_with_its_start(string name)
    {
        var reference = ReferenceCase.All[name];
        var graph = GraphRun.Reverse(reference.Network([], [reference.Start]), reference.Start, ["x"], ReversalRules.Paper);
        var feeds = reference.Feeds();
        var once = GraphRun.Of(graph, feeds)["x/signal"].Floats.ToArray();
        feeds[GraphRun.Seed] = OnnxTensor.Of([.. reference.Seed.Floats!.Select(static s => 4 * s)], reference.Seed.Shape);
        Assert.Contains(once, static v => v != 0);
        TensorAssert.Close([.. once.Select(static v => 4 * v)], GraphRun.Of(graph, feeds)["x/signal"].Floats, Tolerance.Exact);
    }

    [Theory]
    [MemberData(nameof(NetworksAndPresets))]
    public void Nothing_outside_the_receptive_field_is_touched(string name, string preset)
    {
        var reference = ReferenceCase.All[name];
        foreach (var layer in reference.Graph.Select(static l => GraphText.Node(l).Outputs[0]))
        {
            var forward = reference.Network([], [layer]).WithoutUnused();
            var shape = ShapeInference.Infer(forward)[layer];
            if (shape.Rank != 4) break;
            foreach (var (row, column) in new[] { (0, 0), ((int)shape.Known(2) / 2, (int)shape.Known(3) / 2),
                ((int)shape.Known(2) - 1, (int)shape.Known(3) - 1) })
            {
                AssertSupport(reference, forward, layer, (row, column), preset);
            }
        }
    }

    /// <summary>With positive weights every pixel of the field counts, so the field must not be larger than what is touched either.</summary>
    [Theory]
    [InlineData("y = Conv(x, w) pads=[1,1,1,1]")]
    [InlineData("y = Conv(x, w) strides=[2,2] pads=[0,0,1,1]")]
    [InlineData("c = Conv(x, w) strides=[2,1] pads=[1,0,1,2]\ny = AveragePool(c) kernel_shape=[2,3] strides=[1,2] pads=[1,0,0,1]")]
    [InlineData("a = Conv(x, w)\nb = AveragePool(x) kernel_shape=[2,2] pads=[0,0,1,1]\nc = AveragePool(b) kernel_shape=[3,3]\ny = Add(a, c)")]
    [InlineData("a = AveragePool(x) kernel_shape=[3,3] pads=[1,1,1,1] strides=[2,2]\n" +
        "b = AveragePool(x) kernel_shape=[2,2] strides=[2,2]\ny = Concat(a, b) axis=1")]
    [InlineData("y = Concat(x, x) axis=2")]
    [InlineData("g = GlobalAveragePool(x)\ny = Add(g, x)")]
    [InlineData("y = ReduceMean(x, rows) keepdims=1")]
    public void Receptive_field_is_no_larger_than_what_counts(string text)
    {
        var forward = GraphText.Parse(
            text, [1, 1, 12, 12], ("w", OnnxTensor.Of(Enumerable.Repeat(0.5f, 9).ToArray(), 1, 1, 3, 3)), ("rows", OnnxTensor.Of([2L], 1)));
        var (y, x) = (forward.Outputs[0].Name, OnnxTensor.Of(Enumerable.Repeat(1f, 144).ToArray(), 1, 1, 12, 12));
        var shape = ShapeInference.Infer(forward)[y];
        var fields = ReceptiveField.Infer(forward, "x")[y];
        var touched = new bool[144];
        var named = new bool[144];
        for (var unit = 0; unit < shape.ItemCount(); unit++)
        {
            var (row, column) = (unit / shape.Known(3) % shape.Known(2), unit % shape.Known(3));
            var seed = new float[shape.ItemCount()];
            seed[unit] = 1;
            var signal = GraphRun.Reverse(forward, x, OnnxTensor.Of(seed, [.. shape.Dims.Select(static d => d.Size)]), ReversalRules.Gradient);
            for (var p = 0; p < 144; p++)
            {
                var inside = Holds(fields[0], row, p / 12) && Holds(fields[1], column, p % 12);
                Assert.True(inside || signal[p] == 0, $"pixel {p} lies outside the field of unit {row},{column}");
                touched[p] |= signal[p] != 0 && inside;
                named[p] |= inside;
            }
        }

        Assert.Equal(touched, named);
    }

    [Fact]
    public void Input_model_is_not_modified()
    {
        var reference = ReferenceCase.All["zeiler_fergus"];
        using var folder = new TemporaryFolder();
        var path = folder.Write("net.onnx", OnnxFile.ToBytes(reference.Network([], ["y"])));
        var before = File.ReadAllBytes(path);
        var graph = OnnxFile.Load(path);
        var inMemory = OnnxFile.ToBytes(graph);
        foreach (var rules in ReversalRules.Presets) GraphRun.Of(GraphRun.Reverse(graph, "y", ["x"], rules), reference.Feeds());
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(inMemory, OnnxFile.ToBytes(graph));
    }

    [Theory]
    [MemberData(nameof(NetworksAndPresets))]
    public void Batch_gives_what_its_images_give_alone(string name, string preset)
    {
        var reference = ReferenceCase.All[name];
        var free = GraphText.Parse(reference.Graph, [GraphText.Float("x", [-1, .. reference.Inputs["x"].Shape[1..]])], [reference.Start],
            reference.Constants.ToDictionary(static c => c.Key, static c => c.Value.ToTensor()));
        var graph = GraphRun.Reverse(free, reference.Start, ["x"], ReversalRules.Named(preset));
        var (x, seed) = (reference.Inputs["x"].ToTensor(), reference.Seed.ToTensor());
        var together = Run(x, seed);
        float[] alone = [.. Enumerable.Range(0, (int)x.Dims[0]).SelectMany(n => Run(Item(x, n), Item(seed, n)))];
        TensorAssert.Close(together, alone, Tolerance.Float32);

        float[] Run(OnnxTensor images, OnnxTensor seeds) =>
            GraphRun.Of(graph, new Dictionary<string, OnnxTensor> { ["x"] = images, [GraphRun.Seed] = seeds })["x/signal"].Floats.ToArray();
    }

    private static OnnxTensor Item(OnnxTensor batch, int index)
    {
        var length = batch.Floats.Length / (int)batch.Dims[0];
        return OnnxTensor.Of(batch.Floats.Slice(index * length, length), [1, .. batch.Dims.Skip(1)]);
    }

    private static void AssertSupport(ReferenceCase reference, OnnxGraph forward, string layer, (int Row, int Column) unit, string preset)
    {
        var shapes = ShapeInference.Infer(forward);
        var (shape, image) = (shapes[layer], shapes["x"]);
        var fields = ReceptiveField.Infer(forward, "x")[layer];
        long[] dims = [.. shape.Dims.Select(static d => d.Size)];
        var seed = new float[OnnxTensor.Product(dims)];
        for (var plane = 0; plane < dims[0] * dims[1]; plane++) seed[(((plane * dims[2]) + unit.Row) * dims[3]) + unit.Column] = 1;
        var feeds = reference.Feeds();
        feeds[GraphRun.Seed] = OnnxTensor.Of(seed, dims);
        var signal = GraphRun.Of(GraphRun.Reverse(forward, layer, ["x"], ReversalRules.Named(preset)), feeds)["x/signal"].Floats;
        var (rows, columns) = (fields[0].Clamped(unit.Row, image.Known(2)), fields[1].Clamped(unit.Column, image.Known(3)));
        for (var p = 0; p < signal.Length; p++)
        {
            var (row, column) = (p / image.Known(3) % image.Known(2), p % image.Known(3));
            var inside = row >= rows.First && row < rows.First + rows.Count && column >= columns.First && column < columns.First + columns.Count;
            Assert.True(inside || signal[p] == 0, $"{layer} {unit}: pixel {row},{column} is touched outside of {rows} x {columns}");
        }
    }

    private static bool Holds(FieldAxis axis, long unit, int pixel) => axis.Clamped(unit, 12) is var (first, count) && pixel >= first && pixel < first + count;

    private static (OnnxGraph Forward, OnnxTensor X, OnnxTensor Seed) Linear()
    {
        var random = new Random(0x5EED);
        OnnxTensor Filled(params long[] dims) =>
            OnnxTensor.Of(Enumerable.Range(0, (int)OnnxTensor.Product(dims)).Select(_ => (random.NextSingle() * 2) - 1).ToArray(), dims);
        var forward = GraphText.Parse(LinearNetwork, [2, 4, 13, 12], ("w1", Filled(6, 2, 3, 3)), ("w2", Filled(3, 6, 2, 2)));
        var shape = ShapeInference.Infer(forward)["y"];
        return (forward, Filled(2, 4, 13, 12), Filled([.. shape.Dims.Select(static d => d.Size)]));
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
