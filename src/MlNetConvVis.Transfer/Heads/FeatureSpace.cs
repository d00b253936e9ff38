using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>Where the weights of a linear head live during a fit, and how its gradient and inner product are worked out there.</summary>
/// <remarks>
/// A vector is one array: [coefficients | image | bias], each row <see cref="Stride"/> floats (the classes, padded with zeros).
/// The image is what the weights give on every training row, so it moves along with every linear combination and no step
/// along a line costs a matrix product. The bias counts as the weight of one more feature whose square is the mean squared length
/// of a row: that puts it on the weights' scale and is a change of variable only, b = sqrt(scale) b'.
/// </remarks>
internal abstract class FeatureSpace(int rows, int coefficientRows, int classes, double biasScale, int threads)
{
    public int Rows { get; } = rows;

    public int Classes { get; } = classes;

    public int Stride { get; } = MatrixProduct.Padded(classes);

    public int Threads { get; } = threads;

    /// <summary>Gets the mean squared length of a row.</summary>
    public double BiasScale { get; } = biasScale > 0 ? biasScale : 1;

    private int CoefficientRows { get; } = coefficientRows;

    /// <summary>Takes the smaller of the two spaces: D features a class, or n rows a class.</summary>
    public static FeatureSpace For(ScaledFeatures features, int classes, int threads) =>
        features.Columns <= features.Rows ? WeightSpace.Of(features, classes, threads) : KernelSpace.Of(features, classes, threads);

    public float[] NewVector() => new float[(CoefficientRows + Rows + 1) * Stride];

    public Memory<float> Coefficients(float[] vector) => vector.AsMemory(0, CoefficientRows * Stride);

    public Memory<float> Image(float[] vector) => vector.AsMemory(CoefficientRows * Stride, Rows * Stride);

    public Memory<float> Bias(float[] vector) => vector.AsMemory((CoefficientRows + Rows) * Stride, Stride);

    /// <summary>The inner product of two vectors' weights, without their biases.</summary>
    public abstract double WeightDot(float[] u, float[] v);

    /// <summary>The inner product of weights and biases together.</summary>
    public double Dot(float[] u, float[] v) => WeightDot(u, v) + (BiasDot(u, v) / BiasScale);

    /// <summary>The inner product of two vectors' biases.</summary>
    public double BiasDot(float[] u, float[] v) => VectorMath.Dot(Bias(u), Bias(v), Threads);

    /// <summary>Writes the gradient whose derivative by the logits is <paramref name="residual"/> (rows x stride), image included.</summary>
    public void Gradient(float[] residual, float[] point, (double Weights, double Bias) l2, float[] gradient)
    {
        ResidualToCoefficients(residual, Coefficients(gradient));
        VectorMath.AddScaled((float)l2.Weights, Coefficients(point), Coefficients(gradient), Threads);
        RefreshImage(gradient);
        var bias = Bias(gradient).Span;
        bias.Clear();
        for (var row = 0; row < Rows; row++) VectorMath.AddScaled((float)BiasScale, residual.AsSpan(row * Stride, Stride), bias);
        VectorMath.AddScaled((float)(BiasScale * l2.Bias), Bias(point).Span, bias);
    }

    /// <summary>Works out the image anew from the coefficients.</summary>
    public abstract void RefreshImage(float[] vector);

    /// <summary>Gets the weights themselves, one row of <see cref="Stride"/> a scaled feature.</summary>
    public abstract float[] Weights(float[] vector, ScaledFeatures features);

    /// <summary>Gets the same space over some of the rows, in the order given.</summary>
    public abstract FeatureSpace Subset(int[] rows);

    /// <summary>Gets what a vector of the space over <paramref name="trainedRows"/> of this one gives on other rows, bias included.</summary>
    public float[] LogitsOn(int[] rows, FeatureSpace trained, int[] trainedRows, float[] vector)
    {
        var logits = new float[rows.Length * Stride];
        MatrixProduct.Multiply(RowsAgainst(rows, trainedRows), trained.CoefficientView(vector), logits, Threads);
        var bias = trained.Bias(vector).Span;
        for (var at = 0; at < logits.Length; at += Stride) VectorMath.AddScaled(1, bias, logits.AsSpan(at, Stride));
        return logits;
    }

    /// <summary>Gets the matrix that turns coefficients found on <paramref name="trainedRows"/> into what they give on <paramref name="rows"/>.</summary>
    protected abstract MatrixView RowsAgainst(int[] rows, int[] trainedRows);

    protected abstract void ResidualToCoefficients(float[] residual, Memory<float> coefficients);

    protected MatrixView CoefficientView(float[] vector) => new(Coefficients(vector), CoefficientRows, Classes, Stride, 1);
}
