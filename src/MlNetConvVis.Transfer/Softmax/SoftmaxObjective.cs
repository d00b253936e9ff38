using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Softmax;

/// <summary>f(W, b) = mean over rows of the cross-entropy of softmax(W x + b), plus l2 / 2 times the squared length of W.</summary>
internal sealed class SoftmaxObjective(FeatureSpace space, int[] labels, double l2)
{
    private const int RowBlock = 64;

    public double L2 => l2;

    /// <summary>Gets the objective at a point; writes its gradient and uses <paramref name="residual"/> (rows x stride) to work in.</summary>
    public double Evaluate(float[] point, float[] residual, float[] gradient)
    {
        var losses = new double[FixedBlocks.Count(space.Rows, RowBlock)];
        FixedBlocks.Run(losses.Length, space.Threads, block =>
        {
            var image = space.Image(point).Span;
            var bias = space.Bias(point).Span;
            for (var row = block * RowBlock; row < Math.Min(space.Rows, (block + 1) * RowBlock); row++)
            {
                var logits = residual.AsSpan(row * space.Stride, space.Stride);
                image.Slice(row * space.Stride, space.Stride).CopyTo(logits);
                VectorMath.AddScaled(1, bias, logits);
                logits[space.Classes..].Fill(float.NegativeInfinity);
                losses[block] += SoftmaxRows.LossAndResidual(logits, labels[row], 1f / space.Rows);
            }
        });
        space.Gradient(residual, point, l2, gradient);
        return (losses.Sum() / space.Rows) + (0.5 * l2 * space.WeightDot(point, point));
    }

    /// <summary>Prepares f(point + t direction) as a function of t; each place then costs one pass over the logits.</summary>
    public Func<double, LinePoint> AlongLine(float[] point, float[] direction)
    {
        var (own, across, ahead) =
            (space.WeightDot(point, point), space.WeightDot(point, direction), space.WeightDot(direction, direction));
        return t => DataAlongLine(point, direction, (float)t) + new LinePoint(
            0.5 * l2 * (own + (t * ((2 * across) + (t * ahead)))), l2 * (across + (t * ahead)), l2 * ahead);
    }

    private LinePoint DataAlongLine(float[] point, float[] direction, float t)
    {
        var parts = new LinePoint[FixedBlocks.Count(space.Rows, RowBlock)];
        FixedBlocks.Run(parts.Length, space.Threads, block =>
        {
            var (start, moves) = (new float[space.Stride], new float[space.Stride]);
            for (var row = block * RowBlock; row < Math.Min(space.Rows, (block + 1) * RowBlock); row++)
            {
                Logits(point, row, start);
                Logits(direction, row, moves);
                VectorMath.AddScaled(t, moves, start);
                start.AsSpan(space.Classes).Fill(float.NegativeInfinity);
                parts[block] += SoftmaxRows.AlongLine(start, moves, labels[row]);
            }
        });
        var sum = default(LinePoint);
        foreach (var part in parts) sum += part;
        return sum / space.Rows;
    }

    private void Logits(float[] vector, int row, float[] logits)
    {
        space.Image(vector).Span.Slice(row * space.Stride, space.Stride).CopyTo(logits);
        VectorMath.AddScaled(1, space.Bias(vector).Span, logits);
    }
}
