using System.Text.Json;
using MlNetConvVis.Transfer;
using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Tests.Transfer;

public class TransferProtocolTests
{
    private static readonly HeadOptions s_plain = new() { L2 = 1e-2 };

    [Fact]
    public void Training_and_testing_never_share_a_row_or_a_group()
    {
        var features = Drawn(classes: 3, symbols: 12, artists: 4);
        foreach (var split in new TransferProtocol { ImagesPerClass = [3, 9], TestPerClass = 7 }.PlanSplits(features))
        {
            var trained = split.Train.SelectMany(rows => rows).Select(row => features.Groups![row]).ToHashSet();
            Assert.DoesNotContain(split.Test, row => trained.Contains(features.Groups![row]));
            Assert.All(split.Train, (rows, c) => Assert.All(rows, row => Assert.Equal(c, features.Labels[row])));
            Assert.All(split.Train, rows => Assert.Equal(9, rows.Distinct().Count()));
            Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(7, split.Test.Count(row => features.Labels[row] == c)));
        }
    }

    [Fact]
    public void Held_out_artist_is_tested_and_never_trained_on()
    {
        var features = Drawn(classes: 2, symbols: 10, artists: 4, heldOut: 3);
        foreach (var split in new TransferProtocol { ImagesPerClass = [12] }.PlanSplits(features))
        {
            Assert.All(split.Train.SelectMany(rows => rows), row => Assert.NotEqual(3, row % 4));
            Assert.All(split.Test, row => Assert.Equal(3, row % 4));
            Assert.Equal(2 * 6, split.Test.Count);    // 12 images are 4 symbols of 3 artists; 6 symbols are left a class
        }
    }

    [Fact]
    public void Group_that_spans_classes_stays_on_one_side()
    {
        var groups = Enumerable.Range(0, 24).Select(row => $"scene {row / 2 % 6}").ToArray();    // each scene shows both classes
        var features = new FeatureMatrix(new float[24], 1, [.. Enumerable.Range(0, 24).Select(row => row % 2)], ["day", "night"], groups);
        foreach (var split in new TransferProtocol { ImagesPerClass = [4], Folds = 8 }.PlanSplits(features))
        {
            var trained = split.Train.SelectMany(rows => rows).Select(row => groups[row]).ToHashSet();
            Assert.DoesNotContain(split.Test, row => trained.Contains(groups[row]));
        }
    }

    [Fact]
    public void Splits_follow_from_the_seed_alone()
    {
        var (features, protocol) = (Drawn(classes: 2, symbols: 10, artists: 2), new TransferProtocol { ImagesPerClass = [4] });
        var other = new FeatureMatrix(new float[features.Rows], 1, features.Labels, features.ClassNames, features.Groups, features.Uses);
        string Plan(FeatureMatrix matrix, ulong seed) => JsonSerializer.Serialize((protocol with { Seed = seed }).PlanSplits(matrix));
        Assert.Equal(Plan(features, 1), Plan(other, 1));
        Assert.NotEqual(Plan(features, 1), Plan(features, 2));
        Assert.Equal(5, protocol.PlanSplits(features).Select(split => string.Join(',', split.Test)).Distinct().Count());
    }

    [Fact]
    public void Results_repeat_and_do_not_depend_on_threads()
    {
        var features = Drawn(classes: 3, symbols: 12, artists: 3);
        string Result(int threads) => JsonSerializer.Serialize(
            Run(new TransferProtocol { ImagesPerClass = [3, 6], Folds = 2, Head = new() { Threads = threads } }, features));
        Assert.Equal(Result(1), Result(1));
        Assert.Equal(Result(1), Result(3));
    }

    [Fact]
    public void Accuracy_is_the_mean_of_classes_and_deviation_that_of_a_sample()
    {
        var result = Run(new TransferProtocol { ImagesPerClass = [6], Folds = 4, TestPerClass = 9, Head = s_plain },
            Drawn(classes: 3, symbols: 12, artists: 2, noise: 1.5f));
        var row = Assert.Single(result.Rows);
        var accuracies = row.Folds.Select(fold => fold.Accuracy).ToArray();
        Assert.True(accuracies.Distinct().Count() > 1);
        Assert.Equal(accuracies.Average(), row.MeanAccuracy, 1e-12);
        Assert.Equal(Math.Sqrt(accuracies.Sum(a => Math.Pow(a - accuracies.Average(), 2)) / 3), row.StandardDeviation!.Value, 1e-12);
        // every class is tested on as many rows in every fold, so the mean over folds of the mean over classes is that of the class accuracies
        Assert.Equal(row.ClassAccuracy.Average(), row.MeanAccuracy, 1e-12);
        Assert.All(row.Confusion, counts => Assert.Equal(4 * 9, counts.Sum()));
        Assert.Equal(row.Confusion.Select((counts, c) => counts[c] / 36.0), row.ClassAccuracy);
    }

    [Fact]
    public void Unequal_classes_count_the_same()
    {
        // class 'common' is always told right, 'rare' never: its tested rows lie where 'common' was trained
        var x = Enumerable.Range(0, 20).Select(row => row < 16 ? 1f : row < 18 ? -1f : 1f).ToArray();
        int[] labels = [.. Enumerable.Range(0, 20).Select(row => row < 16 ? 0 : 1)];
        FoldSplit[] given = [new(0, [[0, 1], [16, 17]], [2, 3, 4, 5, 6, 7, 8, 9, 18, 19])];
        var row = Run(new TransferProtocol { ImagesPerClass = [2], Folds = 1, Head = s_plain }, new FeatureMatrix(x, 1, labels, ["common", "rare"]), given)
            .Rows[0];
        Assert.Equal(0.5, row.MeanAccuracy);    // not 8 / 10
        Assert.Null(row.StandardDeviation);
        Assert.Equal(new ConfusedPair("rare", "common", 2, 1), Assert.Single(row.MostConfused));
    }

    [Fact]
    public void Separable_classes_are_told_apart()
    {
        var result = Run(new TransferProtocol { ImagesPerClass = [4], Head = s_plain }, Drawn(classes: 4, symbols: 8, artists: 2, noise: 0.01f));
        Assert.Equal(1, result.Rows[0].MeanAccuracy);
        Assert.Empty(result.Rows[0].MostConfused);
    }

    [Fact]
    public void Result_survives_json()
    {
        var result = Run(new TransferProtocol { ImagesPerClass = [2], Folds = 2 }, Drawn(classes: 2, symbols: 6, artists: 2));
        var json = JsonSerializer.Serialize(result);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<TransferResult>(json)));
    }

    [Fact]
    public void Class_with_too_few_images_is_named_with_what_to_do()
    {
        var features = Drawn(classes: 2, symbols: 5, artists: 2);
        var error = Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { ImagesPerClass = [30] }, features));
        Assert.Contains("Class 'class 0' has 10 images in 5 groups", error.Message, StringComparison.Ordinal);
        Assert.Contains("30 to train on and at least 1 to test on are wanted", error.Message, StringComparison.Ordinal);
        Assert.Contains("train on fewer of each class", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is tested, but its group", 0, 8, 5)]
    [InlineData("is trained as 'class 0', which it is not", 8, 12, 5)]
    [InlineData("does not exist", 99, 12, 5)]
    [InlineData("class 'class 1' has no row to test on", 0, 12, -1)]
    public void Given_splits_that_do_not_fit_are_refused(string says, int firstTrained, int secondTrained, int lastTested)
    {
        var features = Drawn(classes: 2, symbols: 4, artists: 2);    // rows 0-7 are class 0; groups are pairs of rows
        int[] tested = lastTested < 0 ? [4, 6] : [1, 4, 14];
        FoldSplit[] splits = [new(0, [[firstTrained], [secondTrained]], tested)];
        var error = Assert.Throws<ArgumentException>(() =>
            Run(new TransferProtocol { ImagesPerClass = [1], Folds = 1, Head = s_plain }, features, splits));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_counts_every_fit()
    {
        var seen = new List<TransferProgress>();
        Run(new TransferProtocol { ImagesPerClass = [1, 2], Folds = 3, Head = s_plain }, Drawn(classes: 2, symbols: 6, artists: 1),
            progress: new Listener(seen));
        Assert.Equal(Enumerable.Range(1, 6), seen.Select(p => p.Done));
        Assert.All(seen, p => Assert.Equal(6, p.Total));
    }

    [Fact]
    public void Cancelled_run_stops() => Assert.Throws<OperationCanceledException>(() =>
        new TransferProtocol { ImagesPerClass = [1], Head = s_plain }.Run(Drawn(2, 6, 1), cancel: new CancellationToken(true)));

    [Fact]
    public void Impossible_protocols_are_refused()
    {
        var features = Drawn(classes: 2, symbols: 6, artists: 1);
        Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { ImagesPerClass = [] }, features));
        Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { ImagesPerClass = [0] }, features));
        Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { ImagesPerClass = [1] }, features));    // no penalty given
        Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { Folds = 0 }, features));
        Assert.Throws<ArgumentException>(() => Run(new TransferProtocol { TestPerClass = 0 }, features));
    }

    private static TransferResult Run(
        TransferProtocol protocol, FeatureMatrix features, IReadOnlyList<FoldSplit>? splits = null, IProgress<TransferProgress>? progress = null) =>
        protocol.Run(features, splits, progress, TestContext.Current.CancellationToken);

    private sealed class Listener(List<TransferProgress> seen) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => seen.Add(value);
    }

    /// <summary>Rows ordered by class, symbol and artist; a class lies round its own corner of a cube, a symbol near it.</summary>
    private static FeatureMatrix Drawn(int classes, int symbols, int artists, int? heldOut = null, float noise = 0.7f)
    {
        const int Columns = 6;
        var random = new SplitMix64(11);
        float Noise() => noise * ((random.Below(2001) - 1000) / 500f);
        var (values, labels, groups, uses) = (new List<float>(), new List<int>(), new List<string>(), new List<RowUse>());
        for (var row = 0; row < classes * symbols * artists; row++)
        {
            var (c, symbol) = (row / (symbols * artists), row / artists);
            labels.Add(c);
            groups.Add($"symbol {symbol}");
            uses.Add(heldOut is null ? RowUse.Any : row % artists == heldOut ? RowUse.TestOnly : RowUse.TrainOnly);
            for (var j = 0; j < Columns; j++) values.Add((j == c ? 1 : 0) + Noise());
        }
        return new(values.ToArray(), Columns, labels, [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], groups, uses);
    }
}
