using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer;

/// <summary>A fitted last layer on unscaled features: W x + b, behind which a softmax stands where <see cref="Kind"/> says so. One ONNX Gemm with transB = 1.</summary>
public sealed class LinearHead
{
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <summary>Wraps weights; the arrays are not copied.</summary>
    /// <param name="weights">Classes x features, row-major.</param>
    /// <param name="bias">One number a class.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="kind">What W x + b means.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public LinearHead(float[] weights, float[] bias, IReadOnlyList<string> classNames, HeadKind kind = HeadKind.Softmax)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(bias);
        ArgumentNullException.ThrowIfNull(classNames);
        if (bias.Length != classNames.Count || bias.Length == 0 || weights.Length == 0 || weights.Length % bias.Length != 0)
        {
            throw new ArgumentException(
                $"{weights.Length} weights, {bias.Length} biases and {classNames.Count} class names came; " +
                "wanted are classes x features weights and one bias and one name a class.", nameof(weights));
        }
        (_weights, _bias, ClassNames, Columns, Kind) = (weights, bias, [.. classNames], weights.Length / bias.Length, kind);
    }

    /// <summary>Gets W, classes x features, row-major.</summary>
    public ReadOnlyMemory<float> Weights => _weights;

    /// <summary>Gets b, one number a class.</summary>
    public ReadOnlyMemory<float> Bias => _bias;

    /// <summary>Gets the name of each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Gets what W x + b means: logarithms of probabilities up to a shift, or distances to the planes of an SVM.</summary>
    public HeadKind Kind { get; }

    /// <summary>Gets the number of features a row.</summary>
    public int Columns { get; }

    /// <summary>Gets W x + b for some rows: rows x classes, row-major.</summary>
    /// <param name="features">The rows, each <see cref="Columns"/> long.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">The features are not whole rows.</exception>
    public float[] Scores(ReadOnlyMemory<float> features, int threads = 1)
    {
        if (features.Length % Columns != 0)
            throw new ArgumentException($"{features.Length} features came; whole rows of {Columns} are wanted.", nameof(features));
        var (rows, classes) = (features.Length / Columns, _bias.Length);
        var stride = MatrixProduct.Padded(classes);
        var padded = new float[rows * stride];
        MatrixProduct.Multiply(
            MatrixView.RowMajor(features, rows, Columns), MatrixView.RowMajor(_weights, classes, Columns).Transposed, padded, threads);
        var scores = new float[rows * classes];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < classes; c++) scores[(row * classes) + c] = padded[(row * stride) + c] + _bias[c];
        }
        return scores;
    }

    /// <summary>Gets the most likely class of each row; of equal ones the first.</summary>
    /// <param name="features">The rows, each <see cref="Columns"/> long.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    public int[] Predict(ReadOnlyMemory<float> features, int threads = 1)
    {
        var scores = Scores(features, threads);
        var labels = new int[scores.Length / _bias.Length];
        for (var row = 0; row < labels.Length; row++)
        {
            var own = scores.AsSpan(row * _bias.Length, _bias.Length);
            for (var c = 1; c < own.Length; c++)
            {
                if (own[c] > own[labels[row]]) labels[row] = c;
            }
        }
        return labels;
    }
}
