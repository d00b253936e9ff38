using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>The space of combinations of rows, W = XT a, for fewer rows than features: image K a with K = X XT, gradient R + l2 a.</summary>
/// <remarks>The gradient XT R + l2 W never leaves the span of the rows, so neither does any step of L-BFGS, and with the inner product
/// tr(aT K b) = tr(UT V) each step is the one the plain space would take. One product of n x n by n x classes replaces two of
/// n x D; K is worked out once for all penalties and validation folds.</remarks>
internal sealed class KernelSpace : FeatureSpace
{
    private readonly MatrixView _kernel;

    private KernelSpace(MatrixView kernel, int classes, double biasScale, int threads)
        : base(kernel.Rows, kernel.Rows, classes, biasScale, threads) => _kernel = kernel;

    public static KernelSpace Of(ScaledFeatures features, int classes, int threads)
    {
        var stride = MatrixProduct.Padded(features.Rows);
        var kernel = new float[features.Rows * stride];
        MatrixProduct.MultiplyByOwnTranspose(features.View, kernel, threads);
        var trace = 0.0;
        for (var row = 0; row < features.Rows; row++) trace += kernel[(row * stride) + row];
        var view = new MatrixView(kernel, features.Rows, features.Rows, stride, 1);
        return new KernelSpace(view, classes, trace / features.Rows, threads);
    }

    public override double WeightDot(float[] u, float[] v) => VectorMath.Dot(Coefficients(u), Image(v), Threads);

    public override void RefreshImage(float[] vector) =>
        MatrixProduct.Multiply(_kernel, CoefficientView(vector), Image(vector), Threads);

    public override float[] Weights(float[] vector, ScaledFeatures features)
    {
        var weights = new float[features.Columns * Stride];
        MatrixProduct.Multiply(features.View.Transposed, CoefficientView(vector), weights, Threads);
        return weights;
    }

    public override FeatureSpace Subset(int[] rows) => new KernelSpace(Take(rows, rows), Classes, BiasScale, Threads);

    protected override MatrixView RowsAgainst(int[] rows, int[] trainedRows) => Take(rows, trainedRows);

    protected override void ResidualToCoefficients(float[] residual, Memory<float> coefficients) => residual.CopyTo(coefficients);

    private MatrixView Take(int[] rows, int[] columns)
    {
        var taken = new float[rows.Length * columns.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var source = _kernel.Data.Span.Slice(rows[i] * _kernel.RowStride, _kernel.Columns);
            var target = taken.AsSpan(i * columns.Length);
            for (var j = 0; j < columns.Length; j++) target[j] = source[columns[j]];
        }
        return MatrixView.RowMajor(taken, rows.Length, columns.Length);
    }
}
