using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>Chosen rows of a feature matrix, centred and scaled: x' = (x - mean) * factor, feature by feature.</summary>
internal sealed class ScaledFeatures
{
    private const int ColumnBlock = 256;

    private ScaledFeatures(float[] values, int rows, double[] means, double[] factors) =>
        (Values, Rows, Means, Factors) = (values, rows, means, factors);

    public float[] Values { get; }

    public int Rows { get; }

    public int Columns => Means.Length;

    public double[] Means { get; }

    public double[] Factors { get; }

    public MatrixView View => MatrixView.RowMajor(Values, Rows, Columns);

    public static ScaledFeatures Of(FeatureMatrix features, ReadOnlyMemory<int> rows, FeatureScaling scaling, int threads)
    {
        var columns = features.Columns;
        var (means, variances) = (new double[columns], new double[columns]);
        var blocks = FixedBlocks.Count(columns, ColumnBlock);
        FixedBlocks.Run(blocks, threads, block => Measure(features, rows.Span, block * ColumnBlock, means, variances));
        var factors = FactorsFor(means, variances, scaling);
        var values = new float[rows.Length * columns];
        FixedBlocks.Run(rows.Length, threads, i =>
        {
            var source = features.Row(rows.Span[i]);
            var target = values.AsSpan(i * columns, columns);
            for (var j = 0; j < columns; j++) target[j] = (float)((source[j] - means[j]) * factors[j]);
        });
        return new ScaledFeatures(values, rows.Length, means, factors);
    }

    /// <summary>Means and variances of one block of columns, in two passes and double precision.</summary>
    private static void Measure(FeatureMatrix features, ReadOnlySpan<int> rows, int first, double[] means, double[] variances)
    {
        var end = Math.Min(means.Length, first + ColumnBlock);
        foreach (var row in rows)
        {
            var values = features.Row(row);
            for (var j = first; j < end; j++) means[j] += values[j];
        }
        for (var j = first; j < end; j++) means[j] /= rows.Length;
        foreach (var row in rows)
        {
            var values = features.Row(row);
            for (var j = first; j < end; j++) variances[j] += (values[j] - means[j]) * (values[j] - means[j]);
        }
        for (var j = first; j < end; j++) variances[j] /= rows.Length;
    }

    private static double[] FactorsFor(double[] means, double[] variances, FeatureScaling scaling)
    {
        var average = variances.Average();
        var factors = new double[means.Length];
        for (var j = 0; j < factors.Length; j++)
        {
            factors[j] = scaling switch
            {
                FeatureScaling.None => 1,
                FeatureScaling.Uniform => average > 0 ? 1 / Math.Sqrt(average) : 0,
                // what varies by less than float32 can tell apart at its size is noise, not a feature
                FeatureScaling.Standardize => Math.Sqrt(variances[j]) > 1e-6 * Math.Abs(means[j]) ? 1 / Math.Sqrt(variances[j]) : 0,
                _ => throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "Not a scaling; use one of FeatureScaling's values."),
            };
        }
        return factors;
    }
}
