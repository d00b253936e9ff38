using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Protocol;

/// <summary>Draws the rows of a fold.</summary>
internal static class SplitPlanner
{
    public static FoldSplit Plan(TransferProtocol protocol, FeatureMatrix features, int fold)
    {
        var random = new SplitMix64(protocol.Seed, fold);
        var wanted = protocol.ImagesPerClass.Max();
        var (train, left) = DealGroups(features, wanted, random);
        var test = new List<int>();
        for (var c = 0; c < features.ClassNames.Count; c++)
        {
            var (own, others) = (RowsOf(features, train, c, RowUse.TestOnly), RowsOf(features, left, c, RowUse.TrainOnly));
            if (own.Length < wanted || others.Length == 0) throw TooFew(features, c, wanted, own.Length, others.Length, fold);
            random.Shuffle(own.AsSpan());
            random.Shuffle(others.AsSpan());
            train[c] = [.. own.Take(wanted)];
            test.AddRange(others.Take(protocol.TestPerClass).Order());
        }
        return new FoldSplit(fold, train, test);
    }

    /// <summary>Gives groups in random order to training while a class of theirs still lacks rows; gets both sides' rows by class.</summary>
    private static (int[][] Train, int[][] Left) DealGroups(FeatureMatrix features, int wanted, SplitMix64 random)
    {
        var classes = features.ClassNames.Count;
        var groups = Enumerable.Range(0, features.Rows)
            .GroupBy(row => features.Groups?[row] ?? row.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .Select(group => group.ToArray()).ToArray();
        random.Shuffle(groups.AsSpan());
        var (have, train, left) = (new int[classes], new List<int>[classes], new List<int>[classes]);
        for (var c = 0; c < classes; c++) (train[c], left[c]) = ([], []);
        foreach (var group in groups)
        {
            var helps = Array.Exists(group, row => MayTrain(features, row) && have[features.Labels[row]] < wanted);
            foreach (var row in group)
            {
                (helps ? train : left)[features.Labels[row]].Add(row);
                if (helps && MayTrain(features, row)) have[features.Labels[row]]++;
            }
        }
        return (Array.ConvertAll(train, rows => rows.ToArray()), Array.ConvertAll(left, rows => rows.ToArray()));
    }

    private static bool MayTrain(FeatureMatrix features, int row) => features.Uses is not { } uses || uses[row] != RowUse.TestOnly;

    private static int[] RowsOf(FeatureMatrix features, int[][] side, int label, RowUse barred) =>
        [.. side[label].Where(row => features.Uses is not { } uses || uses[row] != barred)];

    private static ArgumentException TooFew(FeatureMatrix features, int label, int wanted, int train, int test, int fold)
    {
        var rows = Enumerable.Range(0, features.Rows).Where(row => features.Labels[row] == label).ToArray();
        var groups = features.Groups is { } names ? $" in {rows.Select(row => names[row]).Distinct().Count()} groups" : "";
        return new ArgumentException(
            $"Class '{features.ClassNames[label]}' has {rows.Length} images{groups}; fold {fold + 1} found {train} to train on and {test} others to " +
            $"test on, but {wanted} to train on and at least 1 to test on are wanted. " +
            "Add images, train on fewer of each class, or leave the class out.", nameof(features));
    }
}
