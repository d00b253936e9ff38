using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>f(W, b) = mean over rows of a loss of W x + b, plus l2 / 2 times the squared length of W (and of b, where the loss wants that).</summary>
internal sealed class HeadObjective(FeatureSpace space, int[] labels, double l2, IRowLoss loss)
{
    private const int RowBlock = 64;

    public double L2 => l2;

    private double BiasL2 => loss.PenalisesBias ? l2 : 0;

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
                logits[space.Classes..].Fill(loss.Padding);
                losses[block] += loss.LossAndResidual(logits, labels[row], 1f / space.Rows);
            }
        });
        space.Gradient(residual, point, (l2, BiasL2), gradient);
        return (losses.Sum() / space.Rows) + (0.5 * Penalty(point, point));
    }

    /// <summary>Prepares f(point + t direction) as a function of t; each place then costs one pass over the logits.</summary>
    public Func<double, LinePoint> AlongLine(float[] point, float[] direction)
    {
        var (own, across, ahead) = (Penalty(point, point), Penalty(point, direction), Penalty(direction, direction));
        return t => DataAlongLine(point, direction, (float)t) + new LinePoint(
            0.5 * (own + (t * ((2 * across) + (t * ahead)))), across + (t * ahead), ahead);
    }

    private double Penalty(float[] u, float[] v) => (l2 * space.WeightDot(u, v)) + (BiasL2 * space.BiasDot(u, v));

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
                start.AsSpan(space.Classes).Fill(loss.Padding);
                parts[block] += loss.AlongLine(start, moves, labels[row]);
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
