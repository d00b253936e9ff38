using System.Numerics;
using System.Runtime.InteropServices;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>Squared hinges of a row, one class against the rest: the sum over classes of max(0, 1 - y z)^2.</summary>
/// <remarks>All classes are first taken as "the rest" (y = -1), whose term max(0, 1 + z)^2 needs no label and is vectorised; then the true class's term is
/// exchanged. Padding of -1 adds nothing.</remarks>
internal sealed class SquaredHingeLoss : IRowLoss
{
    public float Padding => -1;

    public bool PenalisesBias => true;

    public double LossAndResidual(Span<float> row, int label, float weight)
    {
        var own = Math.Max(0, 1 - row[label]);
        row[label] = -1;
        var (sum, factor) = (Vector<float>.Zero, new Vector<float>(2 * weight));
        foreach (ref var vector in MemoryMarshal.Cast<float, Vector<float>>(row))
        {
            var margin = Vector.Max(Vector<float>.Zero, vector + Vector<float>.One);
            sum = Vector.FusedMultiplyAdd(margin, margin, sum);
            vector = margin * factor;
        }

        row[label] = -2 * weight * own;
        return (double)Vector.Sum(sum) + ((double)own * own);
    }

    public LinePoint AlongLine(Span<float> row, ReadOnlySpan<float> direction, int label)
    {
        double own = Math.Max(0, 1 - row[label]);
        row[label] = -1;
        var scores = MemoryMarshal.Cast<float, Vector<float>>(row);
        var moves = MemoryMarshal.Cast<float, Vector<float>>(direction);
        Vector<float> value = default, slope = default, curvature = default;
        for (var i = 0; i < scores.Length; i++)
        {
            var margin = Vector.Max(Vector<float>.Zero, scores[i] + Vector<float>.One);
            var move = Vector.ConditionalSelect(Vector.GreaterThan(margin, Vector<float>.Zero), moves[i], Vector<float>.Zero);
            value = Vector.FusedMultiplyAdd(margin, margin, value);
            slope = Vector.FusedMultiplyAdd(margin, move, slope);
            curvature = Vector.FusedMultiplyAdd(move, move, curvature);
        }

        double ownMove = own > 0 ? -direction[label] : 0;
        return new LinePoint(
            Vector.Sum(value) + (own * own), 2 * (Vector.Sum(slope) + (own * ownMove)), 2 * (Vector.Sum(curvature) + (ownMove * ownMove)));
    }

    public double Loss(Span<float> row, int label) => LossAndResidual(row, label, 0);
}
