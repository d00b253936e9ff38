using System.Numerics;
using MlNetConvVis.Transfer.Heads;

namespace MlNetConvVis.Tests.Transfer;

public class SoftmaxRowsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Loss_and_residual_are_those_of_the_definition(int label)
    {
        double[] logits = [1.5, -0.5, 3.25];
        var sum = logits.Sum(Math.Exp);
        var row = Padded(logits);
        var loss = SoftmaxRows.LossAndResidual(row, label, weight: 0.5f);
        Assert.Equal(Math.Log(sum) - logits[label], loss, 1e-6);
        var expected = logits.Select((z, c) => (float)(0.5 * ((Math.Exp(z) / sum) - (c == label ? 1 : 0)))).ToArray();
        TensorAssert.Close(expected, row.AsSpan(0, 3), Tolerance.Float32);
        Assert.All(row[3..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Losses_below_the_step_of_float32_at_one_keep_their_digits()
    {
        var row = Padded([30, 0]);    // exp(-30) = 9.36e-14; 1 + that is 1 in float32
        Assert.Equal(9.357622968840175e-14, SoftmaxRows.Loss(row, 0), 1e-16);
        row = Padded([30, 0]);
        SoftmaxRows.LossAndResidual(row, 0, weight: 1);
        TensorAssert.Close([-9.357623e-14f, 9.357623e-14f], row.AsSpan(0, 2), new Tolerance(0, 1e-5f));
    }

    [Fact]
    public void Very_wrong_rows_lose_as_much_as_they_should() =>
        Assert.Equal(500, SoftmaxRows.Loss(Padded([0, 500, 100]), 0), 1e-3);

    [Fact]
    public void Slope_and_curvature_along_a_line_agree_with_differences()
    {
        double[] logits = [0.3, -1.2, 0.9], move = [1, -2, 0.5];
        double At(double t)
        {
            var z = logits.Zip(move, (a, b) => a + (t * b)).ToArray();
            return Math.Log(z.Sum(Math.Exp)) - z[1];
        }

        const double Step = 1e-4;
        var point = SoftmaxRows.AlongLine(Padded(logits), Padded(move, padding: 0), label: 1);
        Assert.Equal(At(0), point.Value, 1e-6);
        Assert.Equal((At(Step) - At(-Step)) / (2 * Step), point.Slope, 1e-5);
        Assert.Equal((At(Step) - (2 * At(0)) + At(-Step)) / (Step * Step), point.Curvature, 1e-5);
    }

    private static float[] Padded(double[] values, float padding = float.NegativeInfinity)
    {
        var row = Enumerable.Repeat(padding, (values.Length / Vector<float>.Count + 1) * Vector<float>.Count).ToArray();
        for (var i = 0; i < values.Length; i++) row[i] = (float)values[i];
        return row;
    }
}
