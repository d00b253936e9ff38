using System.Numerics;
using System.Runtime.InteropServices;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>Cross-entropy of one row of logits, its derivative by the logits, and its course along a line.</summary>
/// <remarks>The true class is taken out of every sum, so that losses far below float32's step at 1 keep their digits:
/// with e_c = exp(z_c - max) and S' = sum of e_c over c != y, the loss is log(1 + S' / e_y) and its derivative at y is -S' / S.
/// Rows are whole vectors long; the padding must hold minus infinity, which leaves every sum as it is.</remarks>
internal static class SoftmaxRows
{
    /// <summary>Replaces a row of logits by the derivative of its loss, times <paramref name="weight"/>; returns the loss.</summary>
    public static double LossAndResidual(Span<float> row, int label, float weight)
    {
        var (max, own) = (Max(row), row[label]);
        row[label] = float.NegativeInfinity;
        var others = ExponentiateAndSum(row, max);
        var ownShare = MathF.Exp(own - max);
        var scale = weight / (others + ownShare);
        foreach (ref var vector in MemoryMarshal.Cast<float, Vector<float>>(row)) vector *= scale;
        row[label] = -others * scale;
        return Loss(own, max, others, ownShare);
    }

    /// <summary>Gets loss, slope and curvature by t at z + t d.</summary>
    /// <param name="row">z + t d; holds exponentials afterwards.</param>
    /// <param name="direction">d, the same length.</param>
    /// <param name="label">The true class.</param>
    public static LinePoint AlongLine(Span<float> row, ReadOnlySpan<float> direction, int label)
    {
        var (max, own) = (Max(row), row[label]);
        row[label] = float.NegativeInfinity;
        var others = ExponentiateAndSum(row, max);
        var ownShare = MathF.Exp(own - max);
        var shares = MemoryMarshal.Cast<float, Vector<float>>(row);
        var moves = MemoryMarshal.Cast<float, Vector<float>>(direction);
        var ownMove = new Vector<float>(direction[label]);
        Vector<float> first = default, second = default;
        for (var i = 0; i < shares.Length; i++)
        {
            var move = moves[i] - ownMove;
            var weighted = shares[i] * move;
            first += weighted;
            second = Vector.FusedMultiplyAdd(weighted, move, second);
        }
        var sum = (double)others + ownShare;
        var slope = Vector.Sum(first) / sum;
        return new LinePoint(Loss(own, max, others, ownShare), slope, (Vector.Sum(second) / sum) - (slope * slope));
    }

    /// <summary>Gets the loss alone; the row holds exponentials afterwards.</summary>
    public static double Loss(Span<float> row, int label)
    {
        var (max, own) = (Max(row), row[label]);
        row[label] = float.NegativeInfinity;
        return Loss(own, max, ExponentiateAndSum(row, max), MathF.Exp(own - max));
    }

    private static double Loss(float own, float max, float others, float ownShare) =>
        own == max ? Math.Log(1 + (double)others) : ((double)max - own) + Math.Log((double)others + ownShare);

    private static float ExponentiateAndSum(Span<float> row, float max)
    {
        var shift = new Vector<float>(max);
        var sum = Vector<float>.Zero;
        foreach (ref var vector in MemoryMarshal.Cast<float, Vector<float>>(row))
        {
            vector = Vector.Exp(vector - shift);
            sum += vector;
        }
        return Vector.Sum(sum);
    }

    private static float Max(ReadOnlySpan<float> row)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(row);
        var largest = vectors[0];
        foreach (var vector in vectors[1..]) largest = Vector.Max(largest, vector);
        var max = largest[0];
        for (var i = 1; i < Vector<float>.Count; i++) max = Math.Max(max, largest[i]);
        return max;
    }
}
