using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>Each choice against values that can be worked out by hand, or against plain loops.</summary>
public class ReversalOptionsTests
{
    public static TheoryData<string> Presets => [.. ReversalRules.Presets.Select(static p => p.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_preset_with_nothing_changed_is_the_preset(string preset) =>
        Assert.Same(ReversalRules.Named(preset), ReversalOptions.Of(preset).ToRules());

    [Fact]
    public void Presets_state_their_choices()
    {
        Assert.Equal((ContrastNormalisation.Identity, StartValue.Activation), (ReversalOptions.Of("paper").Lrn, ReversalOptions.Of("paper").Start));
        Assert.Equal((ContrastNormalisation.Identity, StartValue.One), (ReversalOptions.Of("guided").Lrn, ReversalOptions.Of("guided").Start));
        Assert.Equal((ContrastNormalisation.Gradient, StartValue.One), (ReversalOptions.Of("gradient").Lrn, ReversalOptions.Of("gradient").Start));
        Assert.All(["paper", "guided", "gradient"], static preset => Assert.Equal(
            (Overlap.Sum, BiasUse.None, PixelValues.All),
            (ReversalOptions.Of(preset).Overlap, ReversalOptions.Of(preset).Bias, ReversalOptions.Of(preset).Pixels)));
    }

    [Fact]
    public void An_unknown_preset_is_refused_with_the_known_ones() =>
        Assert.Contains("paper, guided, gradient", Assert.Throws<GraphException>(static () => ReversalOptions.Of("grad")).Message, StringComparison.Ordinal);

    [Fact]
    public void Choices_reach_the_rules()
    {
        var rules = (ReversalOptions.Of("guided") with { Start = StartValue.Activation, Pixels = PixelValues.Rectified }).ToRules();
        Assert.Equal(("guided", StartValue.Activation, true), (rules.Name, rules.StartsFrom, rules.RectifiesPixels));
        Assert.Equal("guided, pixels rectified, start activation",
            (ReversalOptions.Of("guided") with { Start = StartValue.Activation, Pixels = PixelValues.Rectified }).Summary());
        Assert.Equal("paper", ReversalOptions.Of("paper").Summary());
        Assert.True(rules.With("more").StartingFrom(StartValue.One).RectifiesPixels);
        Assert.False(ReversalRules.Guided.RectifiesPixels);
    }

    /// <summary>One peak under four overlapping windows that bring 4, 3, 2 and 1 back to it.</summary>
    [Theory]
    [InlineData(Overlap.Sum, 10)]
    [InlineData(Overlap.Last, 1)]
    [InlineData(Overlap.Max, 4)]
    public void Overlapping_windows(Overlap overlap, float atPeak)
    {
        var (image, expected) = (new float[25], new float[25]);
        (image[12], expected[12]) = (9, atPeak);
        var forward = GraphText.Parse("y = MaxPool(x) kernel_shape=[3,3] strides=[2,2]", [1, 1, 5, 5]);
        TensorAssert.Close(
            expected, Reversed(forward, OnnxTensor.Of(image, 1, 1, 5, 5), OnnxTensor.Of([4f, 3, 2, 1], 1, 1, 2, 2),
                ReversalOptions.Of("paper") with { Overlap = overlap }), Tolerance.Exact);
    }

    /// <summary>y = x / (1 + x^2) has the slope (1 - x^2) / (1 + x^2)^2: 0.48 at one half, 0 at one, -0.12 at two.</summary>
    [Theory]
    [InlineData("paper", ContrastNormalisation.Identity, new float[] { 1, 1, 1 })]
    [InlineData("paper", ContrastNormalisation.Gradient, new[] { 0.48f, 0, -0.12f })]
    [InlineData("gradient", ContrastNormalisation.Identity, new float[] { 1, 1, 1 })]
    [InlineData("gradient", ContrastNormalisation.Gradient, new[] { 0.48f, 0, -0.12f })]
    public void Contrast_normalisation(string preset, ContrastNormalisation lrn, float[] expected)
    {
        var forward = GraphText.Parse("y = LRN(x) size=1 alpha=1.0 beta=1.0 bias=1.0", [1, 1, 1, 3]);
        var actual = Reversed(forward, OnnxTensor.Of([0.5f, 1, 2], 1, 1, 1, 3), OnnxTensor.Of([1f, 1, 1], 1, 1, 1, 3),
            ReversalOptions.Of(preset) with { Lrn = lrn });
        TensorAssert.Close(expected, actual, Tolerance.Float32);
    }

    /// <summary>Signals 2, 0, -1, 3 and 0, 4, 0, -2 at two maps with weights 2 and -1 and biases 0.5 and -1; where a signal is zero nothing is taken
    /// off.</summary>
    [Theory]
    [InlineData(BiasUse.None, new float[] { 4, -4, -2, 8 })]
    [InlineData(BiasUse.Subtract, new float[] { 3, -5, -3, 6 })]
    public void Biases(BiasUse bias, float[] expected)
    {
        var forward = GraphText.Parse("y = Conv(x, w, b)", [1, 1, 2, 2], ("w", OnnxTensor.Of([2f, -1], 2, 1, 1, 1)), ("b", OnnxTensor.Of([0.5f, -1], 2)));
        var seed = OnnxTensor.Of([2f, 0, -1, 3, 0, 4, 0, -2], 1, 2, 2, 2);
        TensorAssert.Close(expected, Reversed(forward, OnnxTensor.Of(new float[4], 1, 1, 2, 2), seed, ReversalOptions.Of("paper") with { Bias = bias }),
            Tolerance.Exact);
    }

    [Fact]
    public void A_convolution_without_bias_is_the_same_with_bias_subtraction()
    {
        var forward = GraphText.Parse("y = Conv(x, w)", [1, 1, 2, 2], ("w", OnnxTensor.Of([2f], 1, 1, 1, 1)));
        var actual = Reversed(forward, OnnxTensor.Of(new float[4], 1, 1, 2, 2), OnnxTensor.Of([1f, 0, -1, 3], 1, 1, 2, 2),
            ReversalOptions.Of("paper") with { Bias = BiasUse.Subtract });
        TensorAssert.Close([2, 0, -2, 6], actual, Tolerance.Exact);
    }

    /// <summary>A padded, strided convolution of two groups against loops: each signal that is not zero loses its map's bias, then spreads by its
    /// filter.</summary>
    [Fact]
    public void Bias_subtraction_agrees_with_plain_loops()
    {
        var weights = Enumerable.Range(0, 4 * 9).Select(static i => ((i * 7 % 11) - 5) / 8f).ToArray();
        float[] biases = [0.25f, -0.5f, 1, 0];
        var signal = Enumerable.Range(0, 4 * 9).Select(static i => i % 3 == 0 ? 0 : ((i * 5 % 13) - 6) / 4f).ToArray();
        var expected = new float[2 * 36];
        for (var o = 0; o < 4; o++)
        {
            for (var place = 0; place < 9; place++)
            {
                var value = signal[(o * 9) + place];
                if (value == 0) continue;
                for (var k = 0; k < 9; k++)
                {
                    var (y, x) = ((place / 3 * 2) + (k / 3) - 1, (place % 3 * 2) + (k % 3) - 1);
                    if (y is >= 0 and < 6 && x is >= 0 and < 6) expected[(o / 2 * 36) + (y * 6) + x] += (value - biases[o]) * weights[(o * 9) + k];
                }
            }
        }

        var forward = GraphText.Parse(
            "y = Conv(x, w, b) strides=[2,2] pads=[1,1,1,1] group=2", [1, 2, 6, 6], ("w", OnnxTensor.Of(weights, 4, 1, 3, 3)), ("b", OnnxTensor.Of(biases, 4)));
        var actual = Reversed(forward, OnnxTensor.Of(new float[72], 1, 2, 6, 6), OnnxTensor.Of(signal, 1, 4, 3, 3),
            ReversalOptions.Of("gradient") with { Bias = BiasUse.Subtract });
        TensorAssert.Close(expected, actual, Tolerance.Float32);
    }

    private static float[] Reversed(OnnxGraph forward, OnnxTensor x, OnnxTensor seed, ReversalOptions options) =>
        GraphRun.Reverse(forward, x, seed, options.ToRules());
}
