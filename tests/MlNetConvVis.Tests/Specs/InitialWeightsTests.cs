using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Specs.Weights;

namespace MlNetConvVis.Tests.Specs;

/// <summary>Golden numbers come from initial_weights.py beside this file.</summary>
public class InitialWeightsTests
{
    private const int Many = 200_000;

    [Fact]
    public void The_first_weights_are_the_same_everywhere()
    {
        TensorAssert.Close([-0.00170654128f, 0.000187505648f, -0.00421097828f, -0.013963053f], Weights("conv1/weights", 0, 0.01f, 4), Tolerance.Exact);
        TensorAssert.Close([0.0218021516f, 0.0786171928f], Weights("conv2/weights", -1, 0.05f, 2), Tolerance.Exact);
    }

    [Fact]
    public void A_late_block_has_a_stream_of_its_own()
    {
        var weights = Weights("fc6/weights", 7, 0.01f, (3 << 16) + 4);
        TensorAssert.Close([0.00264061638f, -0.008746312f, 0.0114621716f, -0.00985391438f], weights.AsSpan(3 << 16), Tolerance.Exact);
    }

    [Fact]
    public void Weights_are_normally_distributed()
    {
        var weights = Weights("w", 1, 1, Many);
        double Mean(Func<double, double> of) => weights.Average(w => of(w));
        // five standard errors
        void Near(double expected, double actual, double variance) => Assert.Equal(expected, actual, 5 * Math.Sqrt(variance / Many));
        Near(0, Mean(static w => w), 1);
        Near(1, Mean(static w => w * w), 2);
        Near(0, Mean(static w => w * w * w), 15);
        Near(3, Mean(static w => w * w * w * w), 96);
        Near(0.6826894921, Mean(static w => Math.Abs(w) < 1 ? 1 : 0), 0.2166);
        Near(0.0026997961, Mean(static w => Math.Abs(w) > 3 ? 1 : 0), 0.0027);
        Near(0, weights.Zip(weights.Skip(1), static (a, b) => (double)a * b).Average(), 1);
    }

    [Fact]
    public void Names_and_seeds_give_different_weights()
    {
        var weights = Weights("a/weights", 1, 1, 1000);
        Assert.Equal(weights, Weights("a/weights", 1, 1, 1000));
        Assert.Empty(weights.Intersect(Weights("b/weights", 1, 1, 1000)));
        Assert.Empty(weights.Intersect(Weights("a/weights", 2, 1, 1000)));
    }

    [Fact]
    public void A_layer_keeps_its_weights_when_another_is_put_before_it()
    {
        const string Last = "last: { type: conv, filters: 4, kernel: 3 }";
        var alone = SpecFile.WithLayers(Last).Compile(seed: 3).Graph.Initializers["last/weights"];
        var behind = SpecFile.WithLayers("first: { type: conv, filters: 3, kernel: 1 }", Last).Compile(seed: 3).Graph.Initializers["last/weights"];
        TensorAssert.Close(alone.Floats, behind.Floats, Tolerance.Exact);
    }

    [Fact]
    public void Batch_normalisation_starts_as_the_identity()
    {
        var tensors = SpecFile.WithLayers("bn: { type: batchnorm }").Compile().Graph.Initializers;
        Assert.Equal([1f, 1, 1], tensors["bn/scale"].Floats.ToArray());
        Assert.Equal([0f, 0, 0], tensors["bn/shift"].Floats.ToArray());
        Assert.Equal([0f, 0, 0], tensors["bn/mean"].Floats.ToArray());
        Assert.Equal([1f, 1, 1], tensors["bn/variance"].Floats.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0.5)]
    [InlineData(1.4142135623730951)]
    [InlineData(1.4142135623730954)]
    [InlineData(0.9999999999999999)]
    [InlineData(1e-300)]
    [InlineData(12345.678)]
    public void The_logarithm_is_exact_to_five_units_in_the_sixteenth_digit(double x) =>
        Assert.Equal(Math.Log(x), StableRandom.Logarithm(x), 5e-16 * Math.Abs(Math.Log(x)));

    private static float[] Weights(string name, long seed, float deviation, long count) =>
        InitialWeights.Of(new ParameterPlan(name, [count], 0, deviation, IsTrained: true), seed).Floats.ToArray();
}
