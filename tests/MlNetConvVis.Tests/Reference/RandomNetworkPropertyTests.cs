using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Reference;

/// <summary>What must hold for every projection of every network, whatever the numbers; tried on random networks.</summary>
public class RandomNetworkPropertyTests
{
    /// <summary>Of these, networks without biases are positively homogeneous: F(x) = A x, where A is fixed by the switches and by which rectifiers are
    /// on.</summary>
    private static readonly HashSet<string> s_homogeneous =
    [
        "Conv", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum",
        "Gemm", "MatMul", "Add", "Sum", "Sub",
        "Concat", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split", "Pad", "Identity", "Cast", "Dropout", "Mul", "Div",
    ];

    /// <summary>Operators whose kernels work on several numbers at once and give another last digit for the rest, or depend on the number of rows.</summary>
    private static readonly HashSet<string> s_dependentOnPlace = ["Gemm", "MatMul", "Sigmoid", "Tanh", "Elu", "Softmax", "LRN", "HardSwish"];

    public static TheoryData<long> Networks => [.. RandomNetwork.Quick.Keys];

    /// <summary>Those of all networks; few are.</summary>
    public static TheoryData<long> HomogeneousNetworks => [.. All.Where(static n => IsHomogeneous(n.Value)).Select(static n => n.Key)];

    public static TheoryData<long> EveryFifthNetwork => [.. RandomNetwork.Quick.Keys.Where(static (_, i) => i % 5 == 0)];

    /// <summary>The product of a seed s with F(x) = A x equals that of the image x with A^T s, which is what the true derivatives with overlap `sum`
    /// give.</summary>
    [Theory]
    [MemberData(nameof(HomogeneousNetworks))]
    public void Reverse_is_the_adjoint_under_sum(long seed)
    {
        var (outward, inward, scale) = Products(All[seed], ReversalRules.Gradient);
        Assert.Equal(outward, inward, scale * 1e-5);
    }

    [Fact]
    public void Reverse_is_no_adjoint_where_overlaps_are_not_summed()
    {
        Assert.InRange(HomogeneousNetworks.Count, 30, All.Count);
        foreach (var overlap in new[] { "gradient-last", "gradient-max" })
        {
            var off = HomogeneousNetworks.Select(n => Products(All[n.Data], RandomNetwork.Rule(overlap)))
                .Count(static p => Math.Abs(p.Outward - p.Inward) > p.Scale * 1e-3);
            Assert.True(off >= 3, $"{overlap}: only {off} networks tell it from the adjoint");
        }
    }

    /// <summary>Under the paper's rules the reverse pass is positively homogeneous: what a unit that fires starts from only scales its projection.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Paper_scales_with_its_start(long seed)
    {
        var network = RandomNetwork.Quick[seed];
        var net = network.Net();
        foreach (var expected in network.Cases)
        {
            var (projections, activations) = RandomNetworkCheck.Project(net, network, expected, "paper");
            var (fromOne, _) = RandomNetworkCheck.Project(net, network, expected, "paper-one");
            for (var n = 0; n < network.Batch; n++)
            {
                if (activations[n] <= 0) continue;
                float[] scaled = [.. Item(fromOne, network, n).Select(v => v * activations[n])];
                RandomNetworkCheck.AssertClose(scaled, Item(projections, network, n), $"unit {expected.Units[n]} of {expected.Layer} in {network}");
            }
        }
    }

    /// <summary>Corners, edges and centre of every layer, three presets, three overlaps.</summary>
    [Theory]
    [MemberData(nameof(EveryFifthNetwork))]
    public void Nothing_outside_the_receptive_field_is_touched(long seed)
    {
        var network = RandomNetwork.Quick[seed];
        var net = new ConvNet(network.Graph(freeBatch: true));
        foreach (var layer in net.Layers.Where(static l => l.Obstacle is null && l.Shape?.Rank == 4).Select(static l => l.Name)
            .Where(l => ProjectionGraph.StartOf(net, l) == l))
        {
            var units = UnitsOf(net.ShapeOf(layer));
            foreach (var rule in new[] { "paper", "paper-last", "paper-max", "guided", "guided-max", "gradient", "gradient-last" })
            {
                using var projector = new Projector(net, layer, RandomNetwork.Rule($"{rule}-one"), GraphRun.Settings, units.Length);
                var projections = new float[units.Length * network.ImageLength];
                projector.Project(Repeated(network, units.Length), units, projections, new float[units.Length]);
                for (var n = 0; n < units.Length; n++) RandomNetworkCheck.AssertSupport(net, network, layer, units[n], Item(projections, network, n), rule);
            }
        }
    }

    [Fact]
    public void Many_receptive_fields_are_smaller_than_the_image()
    {
        var fields = RandomNetwork.Quick.Values.Where(static (_, i) => i % 5 == 0).SelectMany(static network =>
        {
            var net = network.Net();
            return net.Layers.Where(static l => l is { Shape.Rank: 4, Field: not null })
                .Select(l => l.Field![0].Clamped(0, network.Images.Dims[2]).Count < network.Images.Dims[2]);
        }).ToArray();
        Assert.InRange(fields.Count(static smaller => smaller), fields.Length / 4, fields.Length);
    }

    /// <summary>Alone, in pairs, all together, in another order: bit for bit where every operator computes each number by itself.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_batch_and_every_order_gives_the_same(long seed)
    {
        const int Items = 5;
        var network = RandomNetwork.Quick[seed];
        var net = new ConvNet(network.Graph(freeBatch: true));
        var expected = network.Cases[0];
        var exact = network.Nodes.All(static n => !s_dependentOnPlace.Contains(n.OpType));
        var rule = expected.Projections.Keys.Last();
        var images = Varied(network, Items);
        var units = Enumerable.Range(0, Items).Select(i => expected.Units[i % expected.Units.Length]).ToArray();
        var (alone, firstAlone) = Project(net, expected.Layer, rule, images, units, batch: 1);
        foreach (var batch in new[] { 2, Items })
        {
            var (together, activations) = Project(net, expected.Layer, rule, images, units, batch);
            AssertSame(alone, together, exact, network, Items);
            AssertSame(firstAlone, activations, exact, network, Items);
        }

        int[] order = [3, 0, 4, 2, 1];
        float[] moved = [.. order.SelectMany(i => images.AsSpan(i * network.ImageLength, network.ImageLength).ToArray())];
        var (mixed, _) = Project(net, expected.Layer, rule, moved, [.. order.Select(i => units[i])], Items);
        AssertSame([.. order.SelectMany(i => Item(alone, network, i))], mixed, exact, network, Items);
    }

    [Theory]
    [MemberData(nameof(EveryFifthNetwork))]
    public void Model_file_is_not_changed(long seed)
    {
        var network = RandomNetwork.Quick[seed];
        using var folder = new TemporaryFolder();
        var path = folder.Write("net.onnx", OnnxFile.ToBytes(network.Graph()));
        var (before, time) = (File.ReadAllBytes(path), File.GetLastWriteTimeUtc(path));
        var net = ConvNet.Load(path);
        var (hash, inMemory) = (net.Hash, OnnxFile.ToBytes(net.Original));
        foreach (var expected in network.Cases)
        {
            foreach (var (rule, projections) in expected.Projections)
            {
                RandomNetworkCheck.AssertClose(
                    projections, RandomNetworkCheck.Project(net, network, expected, rule).Projections, $"{rule} from a file in {network}");
            }
        }

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(time, File.GetLastWriteTimeUtc(path));
        Assert.Equal(hash, ConvNet.Load(path).Hash);
        Assert.Equal(inMemory, OnnxFile.ToBytes(net.Original));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private static Dictionary<long, RandomNetwork> All { get; } = RandomNetwork.Quick.Concat(RandomNetwork.Slow).ToDictionary();

    private static bool IsHomogeneous(RandomNetwork network) =>
        network.Nodes.All(n => s_homogeneous.Contains(n.OpType) && (n.OpType is not ("Mul" or "Div") || n.Inputs.Any(network.Constants.ContainsKey))
            && n.Attributes.Float("value", 0) == 0);

    /// <summary>s F(x) and x A^T s, for a drawn s of the last layer, and the size of their terms.</summary>
    private static (double Outward, double Inward, double Scale) Products(RandomNetwork network, ReversalRuleSet rules)
    {
        var net = new ConvNet(network.Graph(network.Constants.ToDictionary(static c => c.Key, static c => c.Key[0] == 'b' ? Zeros(c.Value) : c.Value)));
        var layer = net.Layers[^1].Name;
        var random = new MlNetConvVis.Data.SplitMix64(0x5EED);
        var forward = net.Graph;
        var output = GraphRun.Of(forward, network.Images);
        var seed = OnnxTensor.Of([.. output.Floats.ToArray().Select(_ => (random.Below(129) - 64) / 64f)], [.. output.Dims]);
        var feeds = new Dictionary<string, OnnxTensor> { ["x"] = network.Images, [GraphRun.Seed] = seed };
        var signal = GraphRun.Of(GraphRun.Reverse(forward, layer, ["x"], rules), feeds)["x/signal"];
        return (Dot(output.Floats, seed.Floats, static p => p), Dot(network.Images.Floats, signal.Floats, static p => p),
            Dot(output.Floats, seed.Floats, Math.Abs) + Dot(network.Images.Floats, signal.Floats, Math.Abs));
    }

    private static OnnxTensor Zeros(OnnxTensor like) => OnnxTensor.Of(new float[like.Count], [.. like.Dims]);

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<double, double> term)
    {
        Assert.Equal(a.Length, b.Length);
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += term((double)a[i] * b[i]);
        return sum;
    }

    private static (float[] Projections, float[] Activations) Project(ConvNet net, string layer, string rule, float[] images, long[] places, int batch)
    {
        using var projector = new Projector(net, layer, RandomNetwork.Rule(rule), GraphRun.Settings, batch);
        var (projections, activations) = (new float[images.Length], new float[places.Length]);
        projector.Project(images, [.. places.Select(p => Unit.At(p, projector.LayerShape))], projections, activations);
        return (projections, activations);
    }

    private static void AssertSame(float[] expected, float[] actual, bool exact, RandomNetwork network, int items)
    {
        for (var n = 0; n < items; n++)
        {
            var (from, count) = (n * expected.Length / items, expected.Length / items);
            if (exact) Assert.Equal(expected.AsSpan(from, count), actual.AsSpan(from, count));
            else RandomNetworkCheck.AssertClose(expected.AsSpan(from, count), actual.AsSpan(from, count), $"item {n} in {network}");
        }
    }

    private static Unit[] UnitsOf(TensorShape layer)
    {
        var (channels, bottom, right) = ((int)layer.Known(1), (int)layer.Known(2) - 1, (int)layer.Known(3) - 1);
        return [new(0, 0, 0), new(channels - 1, bottom, right), new(channels / 2, 0, right), new(0, bottom, 0), new(channels / 2, bottom / 2, right / 2)];
    }

    private static float[] Item(float[] all, RandomNetwork network, int n) => all.AsSpan(n * network.ImageLength, network.ImageLength).ToArray();

    private static float[] Repeated(RandomNetwork network, int count) =>
        [.. Enumerable.Repeat(network.Images.Floats[..network.ImageLength].ToArray(), count).SelectMany(static i => i)];

    /// <summary>The recorded images first, then these with every pixel moved to another place.</summary>
    private static float[] Varied(RandomNetwork network, int count) => [.. Enumerable.Range(0, count).SelectMany(n =>
    {
        var image = network.Images.Floats.Slice(n % network.Batch * network.ImageLength, network.ImageLength).ToArray();
        return image.Skip(n / network.Batch * 3).Concat(image.Take(n / network.Batch * 3));
    })];
}
