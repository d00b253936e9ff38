using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>The gradient preset beside central differences, on a network that holds every operator whose derivative is smooth.</summary>
public class GradientCheckTests
{
    private const int Pixels = 3 * 6 * 6;
    private const int Classes = 4;

    private static readonly string[] s_rectifiersAndSwitches = ["Relu", "LeakyRelu", "Clip", "MaxPool"];

    private static readonly string[] s_network =
    [
        "c = Conv(x, w1, b1) pads=[1,0,2,1] strides=[1,2] dilations=[2,1]",
        "n = BatchNormalization(c, s, t, m, v)",
        "l = LRN(n) size=3 alpha=0.9 beta=0.75 bias=1.5",
        "a = AveragePool(l) kernel_shape=[3,2] strides=[2,1] pads=[1,0,0,1]",
        "g = GlobalAveragePool(a)",
        "i = Sigmoid(g)",
        "j = Mul(a, i)",
        "k = Conv(j, w2) group=2",
        "e = Sub(k, j)",
        "o = Sum(e, j, k)",
        "p = Add(o, b2)",
        "q = Concat(p, k) axis=1",
        "u = Div(q, d)",
        "z = Transpose(u) perm=[0,2,3,1]",
        "aa = MatMul(z, w3)",
        "ab = ReduceMean(aa, axes) keepdims=1",
        "ac = Squeeze(ab, one)",
        "ad = Unsqueeze(ac, last)",
        "ae = Reshape(ad, to)",
        "af = Dropout(ae)",
        "ag = Flatten(af)",
        "ah = Gemm(ag, w4, b4) transB=1 alpha=0.5 beta=2.0",
        "ai = Identity(ah)",
        "y = Softmax(ai) axis=-1",
    ];

    [Fact]
    public void Network_holds_every_smooth_operator() => Assert.Empty(
        ReversalRules.Gradient.Operators.Except(OperatorGradientTests.Operators).Except(s_network.Select(static l => GraphText.Node(l).OpType))
            .Except(s_rectifiersAndSwitches));

    [Fact]
    public void Gradient_agrees_with_central_differences_at_every_pixel()
    {
        var random = new Random(0x5EED);
        var constants = Constants(random);
        var forward = Network(constants);
        var (image, seed) = (Floats(random, Pixels, 1), Floats(random, Classes, 4));
        var gradient = GraphRun.Reverse(forward, OnnxTensor.Of(image, 1, 3, 6, 6), OnnxTensor.Of(seed, 1, Classes), ReversalRules.Gradient);
        var (wide, narrow) = (Differences(forward, image, seed, 1f / 8), Differences(forward, image, seed, 1f / 16));
        AssertConverging(gradient, wide, narrow);
    }

    [Theory]
    [InlineData("w1")]
    [InlineData("b1")]
    [InlineData("s")]
    [InlineData("t")]
    [InlineData("w2")]
    [InlineData("b2")]
    [InlineData("d")]
    [InlineData("w4")]
    [InlineData("b4")]
    public void Gradient_of_a_parameter_agrees_with_central_differences(string parameter)
    {
        var random = new Random(0xF00D);
        var constants = Constants(random);
        var (images, seed) = (Floats(random, 2 * Pixels, 1), Floats(random, 2 * Classes, 4));
        var at = constants[parameter];
        var free = GraphText.Parse(s_network, [GraphText.Float("x", 2, 3, 6, 6), GraphText.Float(parameter, [.. at.Dims])], ["y"],
            constants.Where(c => c.Key != parameter).ToDictionary());
        var feeds = new Dictionary<string, OnnxTensor>
        {
            ["x"] = OnnxTensor.Of(images, 2, 3, 6, 6), [parameter] = at,
            [GraphRun.Seed] = OnnxTensor.Of(seed, 2, Classes)
        };
        var gradient = GraphRun.Of(GraphRun.Reverse(free, "y", [parameter], ReversalRules.Gradient), feeds)[$"{parameter}/signal"].Floats.ToArray();
        var (wide, narrow) = (Differences(1f / 8), Differences(1f / 16));
        AssertConverging(gradient, wide, narrow);

        double[] Differences(float step)
        {
            using var session = new MlNetConvVis.Runtime.GraphSession(free, GraphRun.Settings);
            using var run = session.Bind(2);
            images.CopyTo(run.Floats("x"));
            return [.. Enumerable.Range(0, gradient.Length).Select(e => (At(e, step) - At(e, -step)) / (2 * step))];

            double At(int element, float moved)
            {
                at.Floats.CopyTo(run.Floats(parameter));
                run.Floats(parameter)[element] += moved;
                run.Run(2);
                return Dot(run.Floats("y"), seed);
            }
        }
    }

    /// <summary>Errors of central differences fall with the square of the step: a fourfold smaller one at half the step, and none to speak of once
    /// extrapolated.</summary>
    private static void AssertConverging(float[] gradient, double[] wide, double[] narrow)
    {
        Assert.Contains(gradient, static g => Math.Abs(g) > 1e-3);
        var extrapolated = wide.Zip(narrow, static (w, n) => (float)(((4 * n) - w) / 3)).ToArray();
        TensorAssert.Close(extrapolated, gradient, new Tolerance(2e-5f, 2e-3f));
        TensorAssert.Close([.. narrow.Select(static d => (float)d)], gradient, new Tolerance(3e-3f, 3e-2f));
    }

    /// <summary>All differences in one batch: two images a pixel.</summary>
    private static double[] Differences(OnnxGraph forward, float[] image, float[] seed, float step)
    {
        var batch = new float[2 * Pixels * Pixels];
        for (var moved = 0; moved < 2 * Pixels; moved++)
        {
            image.CopyTo(batch, moved * Pixels);
            batch[(moved * Pixels) + (moved / 2)] += moved % 2 == 0 ? step : -step;
        }

        var y = GraphRun.Of(forward, OnnxTensor.Of(batch, 2 * Pixels, 3, 6, 6)).Floats.ToArray();
        return [.. Enumerable.Range(0, Pixels).Select(p =>
            (Dot(y.AsSpan(2 * p * Classes, Classes), seed) - Dot(y.AsSpan(((2 * p) + 1) * Classes, Classes), seed)) / (2 * step))];
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    private static OnnxGraph Network(IReadOnlyDictionary<string, OnnxTensor> constants) =>
        GraphText.Parse(s_network, [GraphText.Float("x", -1, 3, 6, 6)], ["y"], constants);

    private static Dictionary<string, OnnxTensor> Constants(Random random)
    {
        OnnxTensor Signed(params long[] dims) => OnnxTensor.Of(Floats(random, (int)OnnxTensor.Product(dims), 1), dims);
        OnnxTensor Positive(params long[] dims) => OnnxTensor.Of([.. Floats(random, (int)OnnxTensor.Product(dims), 0.5f).Select(static v => 1 + v)], dims);
        return new Dictionary<string, OnnxTensor>
        {
            ["w1"] = Signed(4, 3, 3, 2), ["b1"] = Signed(4),
            ["s"] = Positive(4), ["t"] = Signed(4), ["m"] = Signed(4), ["v"] = Positive(4),
            ["w2"] = Signed(4, 2, 1, 1), ["b2"] = Signed(4, 1, 1), ["d"] = Positive(1, 8, 1, 1),
            ["w3"] = Signed(8, 3), ["axes"] = OnnxTensor.Of([1L], 1), ["one"] = OnnxTensor.Of([1L], 1), ["last"] = OnnxTensor.Of([-1L], 1),
            ["to"] = OnnxTensor.Of([0L, -1L], 2),
            ["w4"] = Signed(Classes, 9), ["b4"] = Signed(Classes),
        };
    }

    private static float[] Floats(Random random, int count, float most) => [.. Enumerable.Range(0, count).Select(_ => ((2 * random.NextSingle()) - 1) * most)];
}
