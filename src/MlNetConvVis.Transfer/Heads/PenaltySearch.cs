using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>Tries each penalty on parts of the training rows. Rows outside the training rows are never looked at.</summary>
/// <remarks>Centre and scale are those of all training rows; no label of a validated row is used.</remarks>
internal static class PenaltySearch
{
    /// <summary>Fits on all parts but one and scores on that one, for each part and penalty, strongest penalty first (each fit starts
    /// where the last ended).</summary>
    public static PenaltyScore[] Run(FeatureSpace space, int[] labels, int[] groups, HeadOptions options, CancellationToken cancel)
    {
        var grid = options.Grid(space.BiasScale).OrderDescending().ToArray();
        var parts = Deal(labels, groups, space.Classes, options);
        var loss = RowLosses.Of(options.Kind);
        var tallies = Array.ConvertAll(grid, _ => new Tally(space.Classes, loss));
        for (var part = 0; part < options.ValidationParts; part++)
        {
            var train = Indices(parts, p => p != part);
            var held = Indices(parts, p => p == part);
            if (held.Length == 0) continue;    // fewer groups than parts
            var (trainLabels, heldLabels) = (Array.ConvertAll(train, row => labels[row]), Array.ConvertAll(held, row => labels[row]));
            var inner = space.Subset(train);
            var point = inner.NewVector();
            for (var i = 0; i < grid.Length; i++)
            {
                new Lbfgs(inner, options.MaxIterations, Math.Max(options.Tolerance, 1e-3), cancel)
                    .Minimize(new HeadObjective(inner, trainLabels, grid[i], loss), point);
                tallies[i].Add(space.LogitsOn(held, inner, train, point), space.Stride, heldLabels);
            }
        }
        return [.. grid.Zip(tallies, (l2, tally) => new PenaltyScore(l2, tally.Accuracy, tally.Loss))];
    }

    /// <summary>Gets the penalty with the best accuracy; of equal ones that with the lower loss.</summary>
    public static double Best(IReadOnlyList<PenaltyScore> scores) =>
        scores.OrderByDescending(score => score.Accuracy).ThenBy(score => score.Loss).First().L2;

    /// <summary>Deals each class's groups round the parts in random order; a group that spans classes stays where its first class put it.
    /// A class of one group is dealt row by row, and one of a single row stays in training (part -1).</summary>
    private static int[] Deal(int[] labels, int[] groups, int classes, HeadOptions options)
    {
        var parts = new int[labels.Length];
        var random = new SplitMix64(options.Seed);
        var dealt = new Dictionary<int, int>();
        for (var c = 0; c < classes; c++)
        {
            var rows = Indices(labels, label => label == c);
            random.Shuffle(rows.AsSpan());
            var keys = rows.Select(row => groups[row]).Distinct().ToArray();
            for (var i = 0; i < rows.Length && keys.Length == 1; i++) parts[rows[i]] = rows.Length == 1 ? -1 : i % options.ValidationParts;
            if (keys.Length == 1) continue;
            for (var i = 0; i < keys.Length; i++) dealt.TryAdd(keys[i], i % options.ValidationParts);
            foreach (var row in rows) parts[row] = dealt[groups[row]];
        }
        if (Array.TrueForAll(parts, part => part < 0))
        {
            throw new ArgumentException(
                "Every class has a single row, so no penalty can be chosen by validation. Give L2, or at least 2 images a class.");
        }
        return parts;
    }

    private static int[] Indices(int[] values, Predicate<int> wanted) =>
        [.. Enumerable.Range(0, values.Length).Where(i => wanted(values[i]))];

    /// <summary>Counts what one penalty got right, class by class.</summary>
    private sealed class Tally(int classes, IRowLoss loss)
    {
        private readonly int[] _right = new int[classes];
        private readonly int[] _tested = new int[classes];
        private double _loss;

        public double Accuracy => Enumerable.Range(0, classes).Where(c => _tested[c] > 0).Average(c => (double)_right[c] / _tested[c]);

        public double Loss => _loss / _tested.Sum();

        public void Add(float[] logits, int stride, int[] labels)
        {
            for (var row = 0; row < labels.Length; row++)
            {
                var scores = logits.AsSpan(row * stride, stride);
                scores[classes..].Fill(loss.Padding);
                _tested[labels[row]]++;
                if (IndexOfMax(scores[..classes]) == labels[row]) _right[labels[row]]++;
                _loss += loss.Loss(scores, labels[row]);
            }
        }

        private static int IndexOfMax(ReadOnlySpan<float> values)
        {
            var best = 0;
            for (var i = 1; i < values.Length; i++)
            {
                if (values[i] > values[best]) best = i;
            }
            return best;
        }
    }
}
