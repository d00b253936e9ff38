using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>The plain space: coefficients are the weights W, image X W, gradient XT R + l2 W.</summary>
internal sealed class WeightSpace : FeatureSpace
{
    private readonly MatrixView _features;

    private WeightSpace(MatrixView features, int classes, double biasScale, int threads)
        : base(features.Rows, features.Columns, classes, biasScale, threads) => _features = features;

    public static WeightSpace Of(ScaledFeatures features, int classes, int threads) =>
        new(features.View, classes, VectorMath.Dot(features.Values, features.Values, threads) / features.Rows, threads);

    public override double WeightDot(float[] u, float[] v) => VectorMath.Dot(Coefficients(u), Coefficients(v), Threads);

    public override void RefreshImage(float[] vector) =>
        MatrixProduct.Multiply(_features, CoefficientView(vector), Image(vector), Threads);

    public override float[] Weights(float[] vector, ScaledFeatures _) => Coefficients(vector).ToArray();

    public override FeatureSpace Subset(int[] rows) => new WeightSpace(Take(rows), Classes, BiasScale, Threads);

    protected override MatrixView RowsAgainst(int[] rows, int[] trainedRows) => Take(rows);

    protected override void ResidualToCoefficients(float[] residual, Memory<float> coefficients) =>
        MatrixProduct.Multiply(_features.Transposed, new MatrixView(residual, Rows, Classes, Stride, 1), coefficients, Threads);

    private MatrixView Take(int[] rows)
    {
        var taken = new float[rows.Length * _features.Columns];
        for (var i = 0; i < rows.Length; i++)
            _features.Data.Span.Slice(rows[i] * _features.RowStride, _features.Columns).CopyTo(taken.AsSpan(i * _features.Columns));
        return MatrixView.RowMajor(taken, rows.Length, _features.Columns);
    }
}
