namespace MlNetConvVis.Transfer.Protocol;

/// <summary>Refuses splits handed in that do not fit the features or let a tested group be trained on.</summary>
internal static class SplitCheck
{
    public static void ThrowIfUnfit(TransferProtocol protocol, FeatureMatrix features, IReadOnlyList<FoldSplit> splits)
    {
        if (splits.Count != protocol.Folds)
            throw new ArgumentException($"{splits.Count} splits came, but the protocol has {protocol.Folds} folds.", nameof(splits));
        foreach (var split in splits) Check(protocol, features, split);
    }

    private static void Check(TransferProtocol protocol, FeatureMatrix features, FoldSplit split)
    {
        var wanted = protocol.ImagesPerClass.Max();
        if (split.Train.Count != features.ClassNames.Count)
            throw Unfit(split, $"it trains {split.Train.Count} classes, but there are {features.ClassNames.Count}");
        var trained = new HashSet<string>(StringComparer.Ordinal);
        for (var c = 0; c < split.Train.Count; c++)
        {
            if (split.Train[c].Count < wanted)
                throw Unfit(split, $"class '{features.ClassNames[c]}' has {split.Train[c].Count} training rows, but {wanted} are wanted");
            foreach (var row in split.Train[c])
            {
                CheckRow(features, split, row, RowUse.TestOnly, "train on");
                if (features.Labels[row] != c) throw Unfit(split, $"row {row} is trained as '{features.ClassNames[c]}', which it is not");
                trained.Add(GroupOf(features, row));
            }
        }
        var tested = new bool[features.ClassNames.Count];
        foreach (var row in split.Test)
        {
            CheckRow(features, split, row, RowUse.TrainOnly, "test on");
            if (trained.Contains(GroupOf(features, row))) throw Unfit(split, $"row {row} is tested, but its group '{GroupOf(features, row)}' is trained on");
            tested[features.Labels[row]] = true;
        }
        var untested = Array.IndexOf(tested, false);
        if (untested >= 0) throw Unfit(split, $"class '{features.ClassNames[untested]}' has no row to test on");
    }

    private static void CheckRow(FeatureMatrix features, FoldSplit split, int row, RowUse barred, string what)
    {
        if ((uint)row >= (uint)features.Rows) throw Unfit(split, $"row {row} does not exist, there are {features.Rows}");
        if (features.Uses is { } uses && uses[row] == barred) throw Unfit(split, $"row {row} is not there to {what}");
    }

    private static string GroupOf(FeatureMatrix features, int row) =>
        features.Groups?[row] ?? row.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static ArgumentException Unfit(FoldSplit split, string why) =>
        new($"The split of fold {split.Fold + 1} does not fit: {why}. Draw new splits with {nameof(TransferProtocol.PlanSplits)}.", "splits");
}
