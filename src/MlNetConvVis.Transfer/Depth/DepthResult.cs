namespace MlNetConvVis.Transfer;

/// <summary>Accuracy by the layer a head stands on (the paper's table 7). Plain data: System.Text.Json writes and reads it.</summary>
public sealed record DepthResult
{
    /// <summary>Gets the training images a class.</summary>
    public required int ImagesPerClass { get; init; }

    /// <summary>Gets one row for each head and layer, layers from the image upwards.</summary>
    public required IReadOnlyList<DepthRow> Rows { get; init; }

    /// <summary>Gets what became of the claim that accuracy rises with depth, for each head.</summary>
    public IReadOnlyList<DepthClaim> Claims => [.. Rows.GroupBy(static r => r.Head).Select(static rows => DepthClaim.Of(rows.Key, [.. rows]))];
}

/// <summary>One head on one layer.</summary>
/// <param name="Head">The head.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Shape">What it puts out for an image, such as "256x13x13", and how that was averaged.</param>
/// <param name="Features">Features the head sees.</param>
/// <param name="Accuracy">Mean over folds of the mean over classes, 0 to 1.</param>
/// <param name="Deviation">Sample deviation over folds; null for a single fold.</param>
public sealed record DepthRow(HeadKind Head, string Layer, string Shape, int Features, double Accuracy, double? Deviation);

/// <summary>The claim of the paper's section 6: accuracy rises with depth.</summary>
/// <param name="Head">The head.</param>
/// <param name="Passed">Whether no layer falls below the best one before it, and the last lies above the first, by more than both deviations together.</param>
/// <param name="Margin">The smallest of what each layer lies above the best one before it, both deviations added; below 0 the claim fails. 0 to 1.</param>
/// <param name="WorstLayer">The layer of that margin.</param>
/// <param name="Gain">What the last layer lies above the first, 0 to 1.</param>
public sealed record DepthClaim(HeadKind Head, bool Passed, double Margin, string WorstLayer, double Gain)
{
    /// <summary>Judges the claim.</summary>
    /// <param name="head">The head.</param>
    /// <param name="rows">Its rows, layers from the image upwards; at least two.</param>
    /// <exception cref="ArgumentException">Fewer than two rows.</exception>
    public static DepthClaim Of(HeadKind head, IReadOnlyList<DepthRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count < 2) throw new ArgumentException($"{rows.Count} layers came; at least two are wanted to tell whether accuracy rises.", nameof(rows));
        var (best, margin, worst) = (rows[0], double.PositiveInfinity, rows[1]);
        foreach (var row in rows.Skip(1))
        {
            var above = row.Accuracy - best.Accuracy + Spread(row, best);
            if (above < margin) (margin, worst) = (above, row);
            if (row.Accuracy > best.Accuracy) best = row;
        }

        var gain = rows[^1].Accuracy - rows[0].Accuracy;
        return new DepthClaim(head, margin >= 0 && gain > Spread(rows[0], rows[^1]), margin, worst.Layer, gain);
    }

    /// <summary>Says what became of the claim, in a sentence without its point.</summary>
    public string Sentence() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{(Head == HeadKind.Svm ? "svm" : "softmax")}: accuracy rises with depth: {(Passed ? "passed" : "failed")} " +
        $"(margin {100 * Margin:+0.0;-0.0;0.0} points at '{WorstLayer}', {100 * Gain:+0.0;-0.0;0.0} points from first to last)");

    private static double Spread(DepthRow a, DepthRow b) => (a.Deviation ?? 0) + (b.Deviation ?? 0);
}
