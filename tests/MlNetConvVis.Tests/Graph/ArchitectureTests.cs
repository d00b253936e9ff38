using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>Building blocks of well-known families of networks, as their exporters write them: every layer has a shape and a field and goes down to pixels with
/// every preset.</summary>
public class ArchitectureTests
{
    /// <summary>Name, operator set, nodes; the image is [N,3,16,16]. Constants: w*_O_I_H_W weights, b*_N vectors, i… whole numbers with _ between, m for
    /// minus.</summary>
    public static TheoryData<string, int, string> Blocks => new()
    {
            {
                "MobileNetV2", 10,
                "a = Conv(x, w_8_3_3_3, b_8) strides=[2,2] pads=[1,1,1,1]\nr = Clip(a) min=0.0 max=6.0\n" +
                "d = Conv(r, w_8_1_3_3, b_8) group=8 pads=[1,1,1,1]\ns = Clip(d) min=0.0 max=6.0\np = Conv(s, w_8_8_1_1)\ny = Add(p, r)"
            },
            {
                "MobileNetV3", 14,
                "a = Conv(x, w_8_3_3_3, b_8) strides=[2,2] pads=[1,1,1,1]\nr = HardSwish(a)\ng = GlobalAveragePool(r)\n" +
                "f = Conv(g, w_4_8_1_1)\nh = Relu(f)\ne = Conv(h, w_8_4_1_1)\ns = HardSigmoid(e) alpha=0.1667\nm = Mul(r, s)\n" +
                "y = Conv(m, w_4_8_1_1)"
            },
            {
                "EfficientNet", 11,
                "a = Conv(x, w_8_3_3_3) auto_pad=SAME_UPPER strides=[2,2]\nn = BatchNormalization(a, b_8, b_8, b_8, b_8)\n" +
                "s = Sigmoid(n)\nm = Mul(n, s)\nq = ReduceMean(m) axes=[2,3]\nt = Conv(q, w_8_8_1_1)\nu = Sigmoid(t)\ny = Mul(u, m)"
            },
            {
                "DenseNet", 9,
                "a = Conv(x, w_4_3_3_3) pads=[1,1,1,1]\nn = BatchNormalization(a, b_4, b_4, b_4, b_4)\nr = Relu(n)\n" +
                "c = Conv(r, w_4_4_3_3) pads=[1,1,1,1]\nd = Concat(a, c) axis=1\nn2 = BatchNormalization(d, b_8, b_8, b_8, b_8)\n" +
                "r2 = Relu(n2)\nt = Conv(r2, w_4_8_1_1)\ny = AveragePool(t) kernel_shape=[2,2] strides=[2,2]"
            },
            {
                "ShuffleNet", 9,
                "a = Conv(x, w_8_3_3_3) strides=[2,2] pads=[1,1,1,1]\nl, r = Split(a) axis=1 split=[4,4]\n" +
                "c = Conv(r, w_4_1_3_3) group=4 pads=[1,1,1,1]\nd = Concat(l, c) axis=1\ns1 = Reshape(d, im1_2_4_8_8)\n" +
                "t = Transpose(s1) perm=[0,2,1,3,4]\nu = Reshape(t, im1_8_8_8)\ny = Relu(u)"
            },
            {
                "ShuffleNet slices", 11,
                "a = Conv(x, w_8_3_3_3) strides=[2,2] pads=[1,1,1,1]\nl = Slice(a, i0, i4, i1, i1)\nr = Slice(a, i4, i8, i1, i1)\n" +
                "c = Conv(r, w_4_1_3_3) group=4 pads=[1,1,1,1]\nd = Concat(l, c) axis=1\nsh = Shape(d)\nb = Gather(sh, zero)\n" +
                "bu = Unsqueeze(b) axes=[0]\nk = Concat(bu, i2_4_8_8) axis=0\ns1 = Reshape(d, k)\nt = Transpose(s1) perm=[0,2,1,3,4]\n" +
                "k2 = Concat(bu, im1_8_8) axis=0\nu = Reshape(t, k2)\ny = Relu(u)"
            },
            {
                "Inception", 7,
                "a = Conv(x, w_4_3_1_7) auto_pad=SAME_UPPER\nb = Conv(a, w_4_4_7_1) auto_pad=SAME_LOWER\n" +
                "c = Conv(x, w_4_3_3_3) pads=[1,1,1,1]\np = AveragePool(x) kernel_shape=[3,3] pads=[1,1,1,1]\nq = Conv(p, w_4_3_1_1)\n" +
                "d = Concat(b, c, q) axis=1\ny = MaxPool(d) kernel_shape=[3,3] strides=[2,2]"
            },
            {
                "GoogLeNet", 9,
                "a = Conv(x, w_4_3_7_7, b_4) strides=[2,2] pads=[3,3,3,3]\nr = Relu(a)\n" +
                "p = MaxPool(r) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1]\nl = LRN(p) size=5 alpha=0.5\nc = Conv(l, w_4_4_1_1)\n" +
                "m = MaxPool(l) kernel_shape=[3,3] pads=[1,1,1,1]\nd = Concat(c, m) axis=1\ng = AveragePool(d) kernel_shape=[4,4]\n" +
                "o, k = Dropout(g) ratio=0.4\nf = Reshape(o, im1_8)\ny = Gemm(f, w_8_5)"
            },
            {
                "VGG", 11,
                "a = Conv(x, w_4_3_3_3, b_4) pads=[1,1,1,1]\nr = Relu(a)\np = MaxPool(r) kernel_shape=[2,2] strides=[2,2]\ns = Shape(p)\n" +
                "b = Gather(s, zero)\nu = Unsqueeze(b) axes=[0]\nk = Concat(u, im1) axis=0\nf = Reshape(p, k)\n" +
                "h = Gemm(f, w_6_256, b_6) transB=1\nhr = Relu(h)\nd = Dropout(hr)\ng = Gemm(d, w_5_6) transB=1\ny = Softmax(g) axis=1"
            },
            {
                "UNet", 11,
                "a = Conv(x, w_4_3_3_3) pads=[1,1,1,1]\nr = Relu(a)\np = MaxPool(r) kernel_shape=[2,2] strides=[2,2]\n" +
                "c = Conv(p, w_4_4_3_3) pads=[1,1,1,1]\nt = ConvTranspose(c, w_4_4_2_2) strides=[2,2]\nd = Concat(t, r) axis=1\n" +
                "e = Conv(d, w_4_8_3_3) pads=[1,1,1,1]\ny = Tanh(e)"
            },
            {
                "FPN", 11,
                "a = Conv(x, w_4_3_3_3) pads=[1,1,1,1] strides=[2,2]\nb = Conv(a, w_4_4_3_3) pads=[1,1,1,1] strides=[2,2]\n" +
                "l = PRelu(b, w_4_1_1)\nu = Resize(l, , up) mode=nearest\nk = Conv(a, w_4_4_1_1)\ny = Add(u, k)"
            },
            {
                "ResNet of CNTK", 9,
                "m = Sub(x, w_3_1_1)\na = Conv(m, w_4_3_3_3) auto_pad=SAME_UPPER strides=[2,2]\nb = Add(a, w_4_1_1)\nr = Relu(b)\n" +
                "c = Conv(r, w_4_4_3_3) auto_pad=SAME_UPPER\ns = Sum(c, r)\ne = Elu(s)\np = AveragePool(e) kernel_shape=[8,8]\n" +
                "f = Reshape(p, i1_4)\nq = Reshape(w_4_5_1_1, i4_5)\ny = MatMul(f, q)"
            },
            {
                "RegNet gate", 13,
                "a = Conv(x, w_8_3_3_3) group=1 strides=[2,2] pads=[1,1,1,1]\nc = Conv(a, w_8_4_3_3) group=2 pads=[1,1,1,1]\n" +
                "g = ReduceMean(c) axes=[2,3] keepdims=0\nl = MatMul(g, w_8_8)\ns = HardSigmoid(l)\nu = Unsqueeze(s, i2_3)\ny = Mul(c, u)"
            },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_layer_goes_down_to_pixels_with_every_preset(string name, int opset, string text)
    {
        // CNTK writes its batch of one into Reshapes
        var net = new ConvNet(Network(text, opset, name.Contains("CNTK", StringComparison.Ordinal) ? 1 : -1));
        Assert.All(net.Layers, layer => Assert.True(layer.Obstacle is null && layer.Shape is not null && layer.Field is not null, $"{name}: {layer}"));
        var images = Image(2 * 3 * 16 * 16);
        var (projections, activations) = (new float[images.Length], new float[2]);
        foreach (var layer in net.Layers.Where(static l => l.Shape!.Rank is 2 or 4 && l.OpType != "GlobalAveragePool"))
        {
            var shape = net.ShapeOf(layer.Name);
            var unit = shape.Rank == 4 ? new Unit(1, (int)shape.Known(2) / 2, (int)shape.Known(3) - 1) : new Unit(1, 0, 0);
            foreach (var rules in ReversalRules.Presets)
            {
                using var projector = new Projector(net, layer.Name, rules, GraphRun.Settings, batch: 2);
                projector.Project(images, [unit, unit], projections, activations);
                Assert.DoesNotContain(projections, static p => !float.IsFinite(p));
                AssertInsideField(net, layer.Name, unit, projections.AsSpan(0, 3 * 16 * 16));
                if (rules.Name == "gradient" && layer.OpType is "Conv" or "Gemm" or "Concat" && (shape.Rank == 2 || shape.Known(2) > 1))
                    Assert.Contains(projections, static p => p != 0);
            }
        }
    }

    /// <summary>A network exported for a batch of its own gives what the free one gives.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fixed_batches_are_freed(long batch)
    {
        foreach (var row in Blocks.Where(static r => r.Data.Item1 != "ResNet of CNTK"))
        {
            var (name, opset, text) = row.Data;
            var (free, bound) = (new ConvNet(Network(text, opset, -1)), new ConvNet(Network(text, opset, batch)));
            Assert.False(bound.Image.Shape![0].IsKnown, name);
            Assert.Equal(free.Layers.Select(static l => l.Shape), bound.Layers.Select(static l => l.Shape));
        }
    }

    [Fact]
    public void Gates_are_named()
    {
        var net = new ConvNet(Network(Blocks.First(static b => b.Data.Item1 == "MobileNetV3").Data.Item3, 14, -1));
        Assert.Equal("HardSwish at 'r'", net.Layers.First(static l => l.Name == "y").Gate);
        Assert.Null(net.Layers.First(static l => l.Name == "a").Gate);
    }

    private static void AssertInsideField(ConvNet net, string layer, Unit unit, ReadOnlySpan<float> projection)
    {
        var field = net.FieldOf(layer);
        var ((top, rows), (left, columns)) = (field[0].Clamped(unit.Y, 16), field[1].Clamped(unit.X, 16));
        for (var i = 0; i < projection.Length; i++)
        {
            var (y, x) = (i / 16 % 16, i % 16);
            if (y < top || y >= top + rows || x < left || x >= left + columns) Assert.True(projection[i] == 0, $"{layer} projects to row {y}, column {x}");
        }
    }

    private static OnnxGraph Network(string text, int opset, long batch)
    {
        OnnxNode[] nodes = [.. text.Split('\n').Select(GraphText.Node)];
        var made = nodes.SelectMany(static n => n.Outputs).Append("x").ToHashSet();
        var constants = nodes.SelectMany(static n => n.Inputs).Where(i => i.Length > 0 && !made.Contains(i)).Distinct().ToDictionary(static n => n, Constant);
        return GraphText.Parse(text.Split('\n'), [GraphText.Float("x", batch, 3, 16, 16)], ["y"], constants, opset);
    }

    private static OnnxTensor Constant(string name)
    {
        if (name == "zero") return OnnxTensor.Of([0L]);
        if (name == "up") return OnnxTensor.Of([1f, 1, 2, 2], 4);
        long[] numbers = [.. name.TrimStart('w', 'b', 'i', '_').Split('_')
            .Select(static n => n.StartsWith('m') ? -long.Parse(n[1..], System.Globalization.CultureInfo.InvariantCulture)
                : long.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        if (name[0] == 'i') return OnnxTensor.Of(numbers, numbers.Length);
        var random = new Random(name.Aggregate(17, static (hash, c) => (hash * 31) + c));
        var least = name[0] == 'b' ? 0.5f : -0.5f;      // vectors serve as variances too
        return OnnxTensor.Of([.. Enumerable.Range(0, (int)OnnxTensor.Product(numbers)).Select(_ => least + random.NextSingle())], numbers);
    }

    private static float[] Image(int count)
    {
        var random = new Random(0x5EED);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
