namespace MlNetConvVis.Transfer;

/// <summary>What a protocol found. Plain data: System.Text.Json writes and reads it.</summary>
public sealed record TransferResult
{
    /// <summary>Gets the protocol that was run.</summary>
    public required TransferProtocol Protocol { get; init; }

    /// <summary>Gets the name of each class.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Gets the number of images (rows of the feature matrix).</summary>
    public required int Images { get; init; }

    /// <summary>Gets the number of features an image.</summary>
    public required int Features { get; init; }

    /// <summary>Gets one row for each number of training images a class, in the protocol's order.</summary>
    public required IReadOnlyList<ProtocolRow> Rows { get; init; }
}

/// <summary>The result for one number of training images a class.</summary>
public sealed record ProtocolRow
{
    /// <summary>Gets the training images a class.</summary>
    public required int ImagesPerClass { get; init; }

    /// <summary>Gets the mean over folds of the mean over classes of the share classified right, 0 to 1 (the paper's measure).</summary>
    public required double MeanAccuracy { get; init; }

    /// <summary>Gets the sample standard deviation of the folds' accuracies (divisor folds - 1), or null for a single fold.</summary>
    public required double? StandardDeviation { get; init; }

    /// <summary>Gets each fold's result.</summary>
    public required IReadOnlyList<FoldResult> Folds { get; init; }

    /// <summary>Gets the share classified right of each class, over all folds together, 0 to 1.</summary>
    public required IReadOnlyList<double> ClassAccuracy { get; init; }

    /// <summary>Gets how often each class (row) was taken for each (column), summed over folds.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Gets the ten most frequent mistakes, the most frequent first.</summary>
    public required IReadOnlyList<ConfusedPair> MostConfused { get; init; }
}

/// <summary>The result of one fold.</summary>
/// <param name="Fold">The fold, from 0.</param>
/// <param name="Accuracy">Mean over classes of the share classified right, 0 to 1.</param>
/// <param name="Trained">Rows trained on.</param>
/// <param name="Tested">Rows tested on.</param>
/// <param name="L2">The penalty used, chosen on training rows alone.</param>
/// <param name="Iterations">L-BFGS steps of the fit.</param>
/// <param name="Converged">Whether the minimum was reached before the steps ran out.</param>
public sealed record FoldResult(int Fold, double Accuracy, int Trained, int Tested, double L2, int Iterations, bool Converged);

/// <summary>A mistake and how often it was made.</summary>
/// <param name="TrueClass">What the images show.</param>
/// <param name="TakenFor">What they were taken for.</param>
/// <param name="Count">How many, over all folds.</param>
/// <param name="Share">Of all tested images of the true class, 0 to 1.</param>
public sealed record ConfusedPair(string TrueClass, string TakenFor, int Count, double Share);
