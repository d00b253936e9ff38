using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>Values that can be worked out by hand, or that other tools' test suites state.</summary>
public class GoldenReversalTests
{
    /// <summary>conv 1 to 2, 3x3, all weights 1, biases -50 and -75; four equal outputs (Captum's BasicModel_ConvNet_One_Conv).</summary>
    private const string Cnn1 = """
        c = Conv(x, w1, b1)
        r = Relu(c)
        f = Flatten(r)
        d = Gemm(f, w2) transB=1
        y = Relu(d)
        """;

    private static readonly (string, OnnxTensor)[] s_cnn1 =
    [
        ("w1", OnnxTensor.Of(Enumerable.Repeat(1f, 18).ToArray(), 2, 1, 3, 3)),
        ("b1", OnnxTensor.Of([-50f, -75f], 2)),
        ("w2", OnnxTensor.Of(Enumerable.Repeat((float[])[1, 1, 1, 1, 1, -1, -1, -1], 4).SelectMany(static r => r).ToArray(), 4, 8)),
    ];

    public static TheoryData<string, float[]> Cnn1Values => new()
    {
        { "gradient", [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0] },
        { "paper", [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1] },
        { "guided", [0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1] },
    };

    public static TheoryData<string, float[]> Cnn1WithOnesValues => new()
    {
        { "gradient", [1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2, 1, 0, 0, 0, 0] },
        { "paper", [2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1] },
        { "guided", [1, 2, 2, 1, 2, 4, 4, 2, 2, 4, 4, 2, 1, 2, 2, 1] },
    };

    [Theory]
    [MemberData(nameof(Cnn1Values))]
    public void Cnn1_gives_the_values_of_Captum(string preset, float[] expected) => TensorAssert.Close(
        expected, Reversed(GraphText.Parse(Cnn1, [1, 1, 4, 4], s_cnn1), Ramp(16, 1, 1, 4, 4), [1, 0, 0, 0], preset), Tolerance.Exact);

    [Theory]
    [MemberData(nameof(Cnn1WithOnesValues))]
    public void Cnn1_with_a_second_input_of_ones_gives_the_values_of_Captum(string preset, float[] expected)
    {
        var lines = ("s = Add(x, z)\n" + Cnn1.Replace("Conv(x", "Conv(s", StringComparison.Ordinal)).Split('\n');
        var forward = GraphText.Parse(lines, [GraphText.Float("x", 1, 1, 4, 4), GraphText.Float("z", 1, 1, 4, 4)], ["y"], s_cnn1.ToDictionary());
        var actual = GraphRun.Of(GraphRun.Reverse(forward, "y", ["x", "z"], ReversalRules.Named(preset)), new Dictionary<string, OnnxTensor>
        {
            ["x"] = Ramp(16, 1, 1, 4, 4),
            ["z"] = OnnxTensor.Of(Enumerable.Repeat(1f, 16).ToArray(), 1, 1, 4, 4),
            [GraphRun.Seed] = OnnxTensor.Of([1f, 0, 0, 0], 1, 4),
        });
        TensorAssert.Close(expected, actual["x/signal"].Floats, Tolerance.Exact);
        TensorAssert.Close(expected, actual["z/signal"].Floats, Tolerance.Exact);
    }

    [Fact]
    public void Cnn1_gives_the_forward_values_of_Captum()
    {
        var forward = GraphText.Parse(Cnn1, [1, 1, 4, 4], s_cnn1);
        var all = GraphRun.Of(forward.With(outputs: [new("c", ElementType.Float, null), new("y", ElementType.Float, null)]),
            new Dictionary<string, OnnxTensor> { ["x"] = Ramp(16, 1, 1, 4, 4) });
        TensorAssert.Close([-5, 4, 31, 40, -30, -21, 6, 15], all["c"].Floats, Tolerance.Exact);
        TensorAssert.Close([54, 54, 54, 54], all["y"].Floats, Tolerance.Exact);
    }

    /// <summary>One peak under four overlapping 3x3/2 windows: they all name it.</summary>
    [Theory]
    [InlineData("paper", new float[] { 4, 3, 2, 1 }, 10)]
    [InlineData("paper-last", new float[] { 4, 3, 2, 1 }, 1)]
    [InlineData("paper-max", new float[] { 4, 3, 2, 1 }, 4)]
    [InlineData("paper", new float[] { 1, 2, 3, 4 }, 10)]
    [InlineData("paper-last", new float[] { 1, 2, 3, 4 }, 4)]
    [InlineData("paper-max", new float[] { 1, 2, 3, 4 }, 4)]
    [InlineData("paper-max", new float[] { -4, -2, -3, -1 }, -1)]
    [InlineData("paper-last", new float[] { 4, 3, 2, 0 }, 0)]
    public void Overlapping_windows_share_a_switch(string rules, float[] signal, float atPeak)
    {
        var image = new float[25];
        image[12] = 9;
        var expected = new float[25];
        expected[12] = atPeak;
        var forward = GraphText.Parse("y = MaxPool(x) kernel_shape=[3,3] strides=[2,2]", [1, 1, 5, 5]);
        var actual = GraphRun.Reverse(forward, OnnxTensor.Of(image, 1, 1, 5, 5), OnnxTensor.Of(signal, 1, 1, 2, 2), Reference.ReferenceCase.Rules(rules));
        TensorAssert.Close(expected, actual, Tolerance.Exact);
    }

    /// <summary>Xplique's deconvnet tests: f = 10 relu(x), relu(x)^2, min(relu(x), 3)^2, -relu(x)^2 for x = 5, 0, -5, 10.</summary>
    [Theory]
    [InlineData("r = Relu(x)\ny = Mul(r, ten)", "gradient", new float[] { 10, 0, 0, 10 })]
    [InlineData("r = Relu(x)\ny = Mul(r, ten)", "paper", new float[] { 10, 10, 10, 10 })]
    [InlineData("r = Relu(x)\ny = Mul(r, r)", "paper", new float[] { 10, 0, 0, 20 })]
    [InlineData("r = Clip(x, zero, three)\ny = Mul(r, r)", "paper", new float[] { 6, 0, 0, 6 })]
    [InlineData("r = Relu(x)\ns = Mul(r, r)\ny = Sub(zero, s)", "guided", new float[] { 0, 0, 0, 0 })]
    public void Rectifiers_give_the_values_of_Xplique(string text, string preset, float[] expected)
    {
        var forward = GraphText.Parse(text, [1, 4], ("ten", OnnxTensor.Of([10f])), ("zero", OnnxTensor.Of([0f])), ("three", OnnxTensor.Of([3f])));
        TensorAssert.Close(expected, Reversed(forward, OnnxTensor.Of([5f, 0, -5, 10], 1, 4), [1, 1, 1, 1], preset), Tolerance.Exact);
    }

    /// <summary>Two layers, as in keras-vis: a negative signal passes the gradient's rectifier and stops at the guided one.</summary>
    [Theory]
    [InlineData(1, 1, "gradient", 1)]
    [InlineData(1, 1, "guided", 1)]
    [InlineData(-1, -1, "gradient", 1)]
    [InlineData(-1, -1, "guided", 0)]
    public void Two_layers_stop_a_negative_signal_only_when_guided(float first, float second, string preset, float expected)
    {
        var forward = GraphText.Parse("h = MatMul(x, w1)\nr = Relu(h)\ny = MatMul(r, w2)", [1, 2],
            ("w1", OnnxTensor.Of([first, first], 2, 1)), ("w2", OnnxTensor.Of([second], 1, 1)));
        TensorAssert.Close([expected, expected], Reversed(forward, OnnxTensor.Of([first, 0], 1, 2), [1], preset), Tolerance.Exact);
    }

    [Theory]
    [InlineData(4, new float[] { 0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 14, 0, 16 })]
    [InlineData(5, new float[] { 0, 0, 0, 0, 0, 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0, 17, 0, 19, 0 })]
    public void Unpooling_pooled_values_gives_the_values_of_TorchSharp(int columns, float[] expected)
    {
        var image = Enumerable.Range(1, 4 * columns).Select(static v => (float)v).ToArray();
        var forward = GraphText.Parse("y = MaxPool(x) kernel_shape=[2,2] strides=[2,2]", [1, 1, 4, columns]);
        var pooled = GraphRun.Of(forward, OnnxTensor.Of(image, 1, 1, 4, columns));
        TensorAssert.Close(expected, GraphRun.Reverse(forward, OnnxTensor.Of(image, 1, 1, 4, columns), pooled, ReversalRules.Paper), Tolerance.Exact);
    }

    [Fact]
    public void Unpooling_gives_the_values_of_the_ONNX_MaxUnpool_case()
    {
        var forward = GraphText.Parse("y = MaxPool(x) kernel_shape=[2,2] strides=[2,2]", [1, 1, 4, 4]);
        var actual = GraphRun.Reverse(forward, Ramp(16, 1, 1, 4, 4), OnnxTensor.Of([1f, 2, 3, 4], 1, 1, 2, 2), ReversalRules.Paper);
        TensorAssert.Close([0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4], actual, Tolerance.Exact);
    }

    /// <summary>An identity network must give back the strongest pixel at its place.</summary>
    [Fact]
    public void Identity_network_returns_the_pixel_at_the_switch()
    {
        var forward = GraphText.Parse(
            "c = Conv(x, w)\nr = Relu(c)\ny = MaxPool(r) kernel_shape=[3,3] strides=[3,3]", [1, 1, 3, 3], ("w", OnnxTensor.Of([1f], 1, 1, 1, 1)));
        var x = OnnxTensor.Of([1f, 2, 3, 4, 5, 9, 8, 7, 6], 1, 1, 3, 3);
        TensorAssert.Close([0, 0, 0, 0, 0, 9, 0, 0, 0], GraphRun.Reverse(forward, x, GraphRun.Of(forward, x), ReversalRules.Paper), Tolerance.Exact);
    }

    private static OnnxTensor Ramp(int count, params long[] dims) => OnnxTensor.Of(Enumerable.Range(0, count).Select(static v => (float)v).ToArray(), dims);

    private static float[] Reversed(OnnxGraph forward, OnnxTensor x, float[] seed, string preset) =>
        GraphRun.Reverse(forward, x, OnnxTensor.Of(seed, 1, seed.Length), ReversalRules.Named(preset));
}
