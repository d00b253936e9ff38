namespace MlNetConvVis.Transfer.Protocol;

/// <summary>Fits and tests every fold and number of images, and sums up.</summary>
internal sealed class ProtocolRun(
    TransferProtocol protocol, FeatureMatrix features, IReadOnlyList<FoldSplit> splits, FoldClassifier classify, IProgress<TransferProgress>? progress)
{
    private const int PairsKept = 10;
    private readonly int _classes = features.ClassNames.Count;
    private int _done;

    public TransferResult Result(CancellationToken cancel) => new()
    {
        Protocol = protocol,
        ClassNames = features.ClassNames,
        Images = features.Rows,
        Features = features.Columns,
        Rows = [.. protocol.ImagesPerClass.Select(images => Row(images, cancel))],
    };

    private ProtocolRow Row(int images, CancellationToken cancel)
    {
        var confusion = new int[_classes][];
        for (var c = 0; c < _classes; c++) confusion[c] = new int[_classes];
        var folds = splits.Select(split => Fold(split, images, confusion, cancel)).ToArray();
        var mean = folds.Average(fold => fold.Accuracy);
        return new ProtocolRow
        {
            ImagesPerClass = images,
            MeanAccuracy = mean,
            StandardDeviation = folds.Length < 2
                ? null : Math.Sqrt(folds.Sum(fold => (fold.Accuracy - mean) * (fold.Accuracy - mean)) / (folds.Length - 1)),
            Folds = folds,
            ClassAccuracy = [.. confusion.Select((row, c) => (double)row[c] / row.Sum())],
            Confusion = confusion,
            MostConfused = MostConfused(confusion),
        };
    }

    private FoldResult Fold(FoldSplit split, int images, int[][] confusion, CancellationToken cancel)
    {
        var rows = split.Train.SelectMany(rows => rows.Take(images)).ToArray();
        var found = classify(split.Fold, rows, split.Test, cancel);
        var (right, tested) = (new int[_classes], new int[_classes]);
        foreach (var (i, taken) in found.Classes.Index())
        {
            var label = features.Labels[split.Test[i]];
            confusion[label][taken]++;
            tested[label]++;
            if (taken == label) right[label]++;
        }

        var accuracy = right.Zip(tested, (r, t) => (double)r / t).Average();
        progress?.Report(new TransferProgress(++_done, splits.Count * protocol.ImagesPerClass.Count, images, split.Fold, accuracy));
        return new FoldResult(split.Fold, accuracy, rows.Length, split.Test.Count, found.L2, found.Iterations, found.Converged);
    }

    private ConfusedPair[] MostConfused(int[][] confusion) =>
    [
        .. (from c in Enumerable.Range(0, _classes)
            from other in Enumerable.Range(0, _classes)
            where other != c && confusion[c][other] > 0
            let share = (double)confusion[c][other] / confusion[c].Sum()
            orderby confusion[c][other] descending, share descending, c, other
            select new ConfusedPair(features.ClassNames[c], features.ClassNames[other], confusion[c][other], share)).Take(PairsKept),
    ];
}
