namespace MlNetConvVis.Analysis;

/// <summary>A curve of figure 5 in the mean over photos.</summary>
/// <param name="Amounts">The amounts of the transform, in order.</param>
/// <param name="Means">The mean over the photos at each amount.</param>
/// <param name="Deviations">The sample standard deviation over the photos; 0 for a single one.</param>
public sealed record InvarianceCurve(IReadOnlyList<double> Amounts, IReadOnlyList<double> Means, IReadOnlyList<double> Deviations)
{
    /// <summary>Collects one value of every photo at every amount.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="kind">The transform.</param>
    /// <param name="value">The value of a point.</param>
    public static InvarianceCurve Of(InvarianceResult result, TransformKind kind, Func<InvariancePoint, double> value)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(value);
        var amounts = result.Points.Where(p => p.Transform.Kind == kind).GroupBy(static p => p.Transform.Amount).OrderBy(static g => g.Key)
            .Select(g => (Amount: g.Key, Values: g.Select(value).ToArray())).ToArray();
        return new InvarianceCurve(
            [.. amounts.Select(static a => a.Amount)], [.. amounts.Select(static a => a.Values.Average())], [.. amounts.Select(static a => Deviation(a.Values))]);
    }

    /// <summary>Gets the mean over the two smallest steps away from the photo as it is, one to each side where there are two; null where there is none.</summary>
    /// <param name="identity">The amount that changes nothing: 0, or 1 for scales.</param>
    public double? AtSmallestStep(double identity)
    {
        var steps = Amounts.Select(a => Math.Abs(a - identity)).Where(static s => s > 0).ToArray();
        if (steps.Length == 0) return null;
        var least = steps.Min();
        return Enumerable.Range(0, Amounts.Count).Where(i => Math.Abs(Math.Abs(Amounts[i] - identity) - least) < 1e-9).Average(i => Means[i]);
    }

    /// <summary>Gets how well a straight line through both fits: Pearson's correlation of the step's size and the mean; null where it is not defined.</summary>
    /// <param name="identity">The amount that changes nothing.</param>
    public double? Linearity(double identity)
    {
        double[] steps = [.. Amounts.Select(a => Math.Abs(a - identity))];
        if (steps.Length < 3) return null;
        var (x, y) = (steps.Average(), Means.Average());
        var (xx, yy) = (steps.Sum(s => (s - x) * (s - x)), Means.Sum(m => (m - y) * (m - y)));
        return xx > 0 && yy > 0 ? steps.Zip(Means, (s, m) => (s - x) * (m - y)).Sum() / Math.Sqrt(xx * yy) : null;
    }

    private static double Deviation(double[] values) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - values.Average()) * (v - values.Average())) / (values.Length - 1));
}
