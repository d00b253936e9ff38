using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer;

/// <summary>A fitted softmax on unscaled features: probabilities = softmax(W x + b). One ONNX Gemm with transB = 1.</summary>
public sealed class SoftmaxHead
{
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <summary>Wraps weights; the arrays are not copied.</summary>
    /// <param name="weights">Classes x features, row-major.</param>
    /// <param name="bias">One number a class.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public SoftmaxHead(float[] weights, float[] bias, IReadOnlyList<string> classNames)
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
        (_weights, _bias, ClassNames, Columns) = (weights, bias, [.. classNames], weights.Length / bias.Length);
    }

    /// <summary>Gets W, classes x features, row-major.</summary>
    public ReadOnlyMemory<float> Weights => _weights;

    /// <summary>Gets b, one number a class.</summary>
    public ReadOnlyMemory<float> Bias => _bias;

    /// <summary>Gets the name of each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Gets the number of features a row.</summary>
    public int Columns { get; }

    /// <summary>Gets W x + b for some rows: rows x classes, row-major.</summary>
    /// <param name="features">The rows, each <see cref="Columns"/> long.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">The features are not whole rows.</exception>
    public float[] Logits(ReadOnlyMemory<float> features, int threads = 1)
    {
        if (features.Length % Columns != 0)
            throw new ArgumentException($"{features.Length} features came; whole rows of {Columns} are wanted.", nameof(features));
        var (rows, classes) = (features.Length / Columns, _bias.Length);
        var stride = MatrixProduct.Padded(classes);
        var padded = new float[rows * stride];
        MatrixProduct.Multiply(
            MatrixView.RowMajor(features, rows, Columns), MatrixView.RowMajor(_weights, classes, Columns).Transposed, padded, threads);
        var logits = new float[rows * classes];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < classes; c++) logits[(row * classes) + c] = padded[(row * stride) + c] + _bias[c];
        }
        return logits;
    }

    /// <summary>Gets the most likely class of each row; of equal ones the first.</summary>
    /// <param name="features">The rows, each <see cref="Columns"/> long.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    public int[] Predict(ReadOnlyMemory<float> features, int threads = 1)
    {
        var logits = Logits(features, threads);
        var labels = new int[logits.Length / _bias.Length];
        for (var row = 0; row < labels.Length; row++)
        {
            var scores = logits.AsSpan(row * _bias.Length, _bias.Length);
            for (var c = 1; c < scores.Length; c++)
            {
                if (scores[c] > scores[labels[row]]) labels[row] = c;
            }
        }
        return labels;
    }
}
