namespace MlNetConvVis.Transfer.Heads;

/// <summary>The loss of one row of scores z = W x + b. Rows are whole vectors long; what lies behind the classes holds <see cref="Padding"/>.</summary>
internal interface IRowLoss
{
    /// <summary>Gets the score that adds nothing to a loss, whatever the label.</summary>
    float Padding { get; }

    /// <summary>Gets whether the penalty holds for the bias too.</summary>
    bool PenalisesBias { get; }

    /// <summary>Replaces a row of scores by the derivative of its loss, times <paramref name="weight"/>; returns the loss.</summary>
    double LossAndResidual(Span<float> row, int label, float weight);

    /// <summary>Gets loss, slope and curvature by t at z + t d; the row, z + t d, may be written over.</summary>
    LinePoint AlongLine(Span<float> row, ReadOnlySpan<float> direction, int label);

    /// <summary>Gets the loss alone; the row may be written over.</summary>
    double Loss(Span<float> row, int label);
}

/// <summary>The loss of each kind of head.</summary>
internal static class RowLosses
{
    public static IRowLoss Of(HeadKind kind) => kind switch
    {
        HeadKind.Softmax => new SoftmaxLoss(),
        HeadKind.Svm => new SquaredHingeLoss(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"Not a head; use one of {nameof(HeadKind)}'s values."),
    };

    private sealed class SoftmaxLoss : IRowLoss
    {
        public float Padding => float.NegativeInfinity;

        public bool PenalisesBias => false;

        public double LossAndResidual(Span<float> row, int label, float weight) => SoftmaxRows.LossAndResidual(row, label, weight);

        public LinePoint AlongLine(Span<float> row, ReadOnlySpan<float> direction, int label) => SoftmaxRows.AlongLine(row, direction, label);

        public double Loss(Span<float> row, int label) => SoftmaxRows.Loss(row, label);
    }
}
