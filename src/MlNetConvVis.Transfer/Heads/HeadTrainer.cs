using MlNetConvVis.Transfer.Heads;

namespace MlNetConvVis.Transfer;

/// <summary>The new last layer the paper puts on top of frozen ones: multinomial logistic regression (section 5.2) or a linear SVM (table 7).</summary>
/// <remarks>Minimises mean loss + L2 / 2 * |W|^2 by L-BFGS from zero; see <see cref="HeadKind"/> for the losses. Deterministic: the same features, rows and options give the
/// same weights to the bit on one machine, whatever the number of threads.</remarks>
public static class HeadTrainer
{
    /// <summary>Fits a head on all rows.</summary>
    /// <param name="features">The features and labels.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="cancel">Stops the fit between two steps.</param>
    /// <exception cref="ArgumentException">A class has no row, or there are too few rows to choose the penalty by validation.</exception>
    public static HeadFit Fit(FeatureMatrix features, HeadOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Fit(features, Enumerable.Range(0, features.Rows).ToArray(), options, cancel);
    }

    /// <summary>Fits a head on some of the rows; the others are not looked at.</summary>
    /// <param name="features">The features and labels.</param>
    /// <param name="rows">The rows to train on.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="cancel">Stops the fit between two steps.</param>
    /// <exception cref="ArgumentException">A class has no row, or there are too few rows to choose the penalty by validation.</exception>
    public static HeadFit Fit(FeatureMatrix features, IReadOnlyList<int> rows, HeadOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var chosen = rows.ToArray();
        var labels = Array.ConvertAll(chosen, row => features.Labels[row]);
        CheckEveryClassTrains(features, labels);
        var scaled = ScaledFeatures.Of(features, chosen, options.Scaling, options.Threads);
        var space = FeatureSpace.For(scaled, features.ClassNames.Count, options.Threads);
        var validation = options.L2 is null ? PenaltySearch.Run(space, labels, GroupsOf(features, chosen), options, cancel) : [];
        var l2 = options.L2 ?? PenaltySearch.Best(validation);
        var point = space.NewVector();
        var outcome = new Lbfgs(space, options.MaxIterations, options.Tolerance, cancel).Minimize(new(space, labels, l2, RowLosses.Of(options.Kind)), point);
        return new HeadFit
        {
            Head = Unscale(space, point, scaled, features.ClassNames, options.Kind),
            Objective = outcome.Value,
            L2 = l2,
            Iterations = outcome.Iterations,
            Converged = outcome.Converged,
            Validation = validation,
        };
    }

    /// <summary>Folds x' = (x - mean) * factor into the weights: W = W' * factor, b = b' - sum of W * mean.</summary>
    private static LinearHead Unscale(FeatureSpace space, float[] point, ScaledFeatures scaled, IReadOnlyList<string> classNames, HeadKind kind)
    {
        var (columns, found) = (scaled.Columns, space.Weights(point, scaled));
        var (weights, bias) = (new float[classNames.Count * columns], new float[classNames.Count]);
        for (var c = 0; c < bias.Length; c++)
        {
            var shift = 0.0;
            for (var j = 0; j < columns; j++)
            {
                weights[(c * columns) + j] = (float)(found[(j * space.Stride) + c] * scaled.Factors[j]);
                shift += weights[(c * columns) + j] * scaled.Means[j];
            }
            bias[c] = (float)(space.Bias(point).Span[c] - shift);
        }
        return new LinearHead(weights, bias, classNames, kind);
    }

    /// <summary>Numbers the groups of the rows; without groups every row is its own.</summary>
    private static int[] GroupsOf(FeatureMatrix features, int[] rows)
    {
        if (features.Groups is not { } groups) return Enumerable.Range(0, rows.Length).ToArray();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return Array.ConvertAll(rows, row => numbers.TryGetValue(groups[row], out var known) ? known : numbers[groups[row]] = numbers.Count);
    }

    private static void CheckEveryClassTrains(FeatureMatrix features, int[] labels)
    {
        var seen = new bool[features.ClassNames.Count];
        foreach (var label in labels) seen[label] = true;
        var missing = Array.IndexOf(seen, false);
        if (seen.Length < 2)
            throw new ArgumentException($"{seen.Length} class came; a head tells at least 2 apart.", nameof(features));
        if (missing >= 0)
        {
            throw new ArgumentException(
                $"Class '{features.ClassNames[missing]}' has no row to train on. Add images of it, or leave the class out.", nameof(features));
        }
    }
}
