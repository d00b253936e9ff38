using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Reports;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Sets what is about new classes: transfer, depth, overlap.</summary>
internal static class TransferPages
{
    public static IEnumerable<ReportSection> Of(PipelineContext context, PipelineResults results)
    {
        if (results.Transfer is { } transfer) yield return Transfer(context, transfer, results);
        if (results.Ranking is { } ranking) yield return Ranking(context, ranking);
        if (results.Depth is { } depth) yield return Depth(depth);
        if (results.Overlap is { } overlap) yield return Overlap(context, overlap);
    }

    private static ReportSection Transfer(PipelineContext context, TransferResult first, PipelineResults results)
    {
        var most = first.Rows[^1];
        var runs = Runs(first, results);
        return new ReportSection("What carries over to new classes",
        [
            Curve(runs),
            Table(runs, first),
            new ConfusionMatrix
            {
                Caption = $"Which classes are taken for which ({runs[0].Name}), with {most.ImagesPerClass} training images a class, over {most.Folds.Count} folds",
                ClassNames = first.ClassNames,
                Counts = most.Confusion,
            },
            Pairs(most),
            Classes(first),
        ])
        {
            Lead = $"The layers up to '{context.Spec.Transfer!.Layer}' stay as they are; " +
                $"only {Heads(results)} on its {first.Features:N0} features is trained, on a few images of " +
                $"{first.ClassNames.Count} classes that the network never saw. Protocol '{first.Protocol.Name}': up to {first.Protocol.TestPerClass} " +
                $"other images a class are tested; accuracies are means over classes, then over {most.Folds.Count} folds, ± their sample deviation.",
        };
    }

    private static string Heads(PipelineResults results) =>
        results.OtherHeads is null ? $"a {Word(results.Transfer!)}" : string.Join(" or ", results.OtherHeads.Prepend(results.Transfer!).Select(r => $"a {Word(r)}"));

    private static string Word(TransferResult result) => Word(result.Protocol.Head.Kind);

    private static string Word(HeadKind head) => head == HeadKind.Svm ? "linear SVM" : "softmax";

    private static List<(string Name, TransferResult Result)> Runs(TransferResult first, PipelineResults results)
    {
        var several = results.OtherHeads is not null;
        var runs = new List<(string, TransferResult)> { (several ? Word(first) : "trained network", first) };
        foreach (var other in results.OtherHeads ?? []) runs.Add((Word(other), other));
        if (results.Untrained is { } untrained) runs.Add((several ? $"{Word(untrained)}, untrained network" : "untrained network", untrained));
        if (results.FromScratch is { } scratch) runs.Add(("the same network trained from scratch", scratch));
        return runs;
    }

    private static TableCell AccuracyAt(TransferResult result, int images) => result.Rows.FirstOrDefault(r => r.ImagesPerClass == images) is { } row
        ? TableCell.Percent(row.MeanAccuracy, row.StandardDeviation) : "";

    private static LineChart Curve(List<(string Name, TransferResult Result)> runs) => new()
    {
        Caption = "Accuracy on new classes by training images a class",
        X = new ChartAxis("training images a class") { Ticks = [.. runs[0].Result.Rows.Select(static r => (double)r.ImagesPerClass)], From = 0 },
        Y = new ChartAxis("accuracy") { IsPercent = true, From = 0 },
        Series = [.. runs.Select(static n => new ChartSeries(
            n.Name, [.. n.Result.Rows.Select(static r => new ChartPoint(r.ImagesPerClass, r.MeanAccuracy, r.StandardDeviation))]))],
    };

    private static ReportTable Table(List<(string Name, TransferResult Result)> runs, TransferResult first)
    {
        // a baseline may have been run for other numbers of images
        int[] numbers = [.. runs.SelectMany(static r => r.Result.Rows).Select(static r => r.ImagesPerClass).Distinct().Order()];
        return new ReportTable
        {
            Caption = "Mean accuracy over classes",
            Columns =
            [
                new(runs.Exists(static r => r.Name.EndsWith("network", StringComparison.Ordinal)) ? "Features from" : "Head"),
                .. numbers.Select(static n => new TableColumn($"{n} a class", IsNumeric: true)),
            ],
            Rows =
            [
                .. runs.Select(run => (IReadOnlyList<TableCell>)[run.Name, .. numbers.Select(n => AccuracyAt(run.Result, n))]),
                ["guessing", .. numbers.Select(_ => TableCell.Percent(1.0 / first.ClassNames.Count))],
            ],
        };
    }

    private static ReportTable Pairs(ProtocolRow row) => new()
    {
        Caption = "Most frequent mistakes",
        Columns = [new("Shows"), new("Taken for"), new("Times", IsNumeric: true), new("Of the class", IsNumeric: true)],
        Rows = [.. row.MostConfused.Select(static p =>
            (IReadOnlyList<TableCell>)[p.TrueClass, p.TakenFor, TableCell.Number(p.Count), TableCell.Percent(p.Share)])],
    };

    private static ReportTable Classes(TransferResult result) => new()
    {
        Caption = $"Accuracy of each class, over {result.Rows[0].Folds.Count} folds",
        Columns =
        [
            new("Class"), .. result.Rows.Select(static r => new TableColumn($"{r.ImagesPerClass} a class", IsNumeric: true)),
            new("Tested images, all folds", IsNumeric: true),
        ],
        Rows = [.. result.ClassNames.Select((name, c) => (IReadOnlyList<TableCell>)
            [name, .. result.Rows.Select(r => TableCell.Percent(r.ClassAccuracy[c])), TableCell.Number(result.Rows[^1].Confusion[c].Sum())])],
    };

    private static ReportSection Ranking(PipelineContext context, RankingResult ranking) => new("What carries over to new classes",
    [
        new ReportTable
        {
            Caption = "Average precision of each class",
            Columns =
            [
                new("Class"), new("Whole area (VOC 2010 to 2012)", IsNumeric: true), new("At 11 recalls (VOC 2007)", IsNumeric: true),
                new("Images that show it", IsNumeric: true),
            ],
            Rows =
            [
                .. ranking.Classes.Select(static c => (IReadOnlyList<TableCell>)
                    [c.Name, TableCell.Percent(c.AveragePrecision), TableCell.Percent(c.ElevenPoint), TableCell.Number(c.Positives)]),
                ["mean", TableCell.Percent(ranking.MeanAveragePrecision), TableCell.Percent(ranking.MeanElevenPoint), ""],
            ],
        },
    ])
    {
        Lead = $"One {Word(ranking.Protocol.Head.Kind)} over all classes on {ranking.Features:N0} features of '{context.Spec.Transfer!.Layer}', though an image may show " +
            $"several: trained on the data set's {ranking.Trained:N0} training images, ranked on its {ranking.Tested:N0} validation images.",
    };

    private static ReportSection Depth(DepthResult depth)
    {
        var layers = depth.Rows.Where(r => r.Head == depth.Rows[0].Head).ToArray();
        var heads = depth.Rows.GroupBy(static r => r.Head).ToArray();
        return new ReportSection("What each layer knows",
        [
            new LineChart
            {
                Caption = "Accuracy by layer, from the image upwards",
                X = new ChartAxis($"layer: {string.Join(", ", layers.Select((r, i) => $"{i + 1} {r.Layer}"))}")
                {
                    Ticks = [.. Enumerable.Range(1, layers.Length).Select(static i => (double)i)], From = 0.5, To = layers.Length + 0.5,
                },
                Y = new ChartAxis("accuracy") { IsPercent = true, From = 0 },
                Series = [.. heads.Select(static rows => new ChartSeries(
                    Word(rows.Key), [.. rows.Select(static (r, i) => new ChartPoint(i + 1, r.Accuracy, r.Deviation))]))],
            },
            new ReportTable
            {
                Caption = $"Heads on each layer, {depth.ImagesPerClass} training images a class",
                Columns = [new("Layer"), new("Shape"), new("Features", IsNumeric: true), .. heads.Select(static h => new TableColumn(Word(h.Key), IsNumeric: true))],
                Rows = [.. layers.Select((row, i) => (IReadOnlyList<TableCell>)
                [
                    row.Layer, row.Shape, TableCell.Number(row.Features, "N0"),
                    .. heads.Select(h => h.ElementAt(i)).Select(static r => TableCell.Percent(r.Accuracy, r.Deviation)),
                ])],
            },
            new TextBlock([.. depth.Claims.Select(static c => c.Sentence() + ".")]),
        ])
        {
            Lead = "A head on the features of layer after layer, all on the same splits; after table 7 of Zeiler and Fergus (2013). The claim passes where no " +
                "layer falls below the best one before it, and the last lies above the first, by more than both deviations together.",
        };
    }

    private static ReportSection Overlap(PipelineContext context, OverlapResult overlap)
    {
        // the step counted places before any photo was left out
        var rows = CsvTable.Read(context.Folder.In("overlap", "overlap.csv")).Rows;
        return new ReportSection("Photos that source and target share",
        [
            new ReportTable
            {
                Caption = "Target photos that are in the source too",
                Columns = [new("Target"), new("Source"), new("Class"), new("Correlation", IsNumeric: true)],
                Rows = [.. rows.Select(static r => (IReadOnlyList<TableCell>)
                    [r[0], r[1], r[2], TableCell.Number(double.Parse(r[3], CultureInfo.InvariantCulture), "0.000")])],
            },
        ])
        {
            Lead = string.Create(CultureInfo.InvariantCulture,
                $"{overlap.Pairs.Count:N0} of {overlap.Targets:N0} target photos correlate with one of {overlap.Compared:N0} source photos by {overlap.Threshold:0.00} or more") +
                (context.Spec.Overlap!.LeaveOut ? "; they were left out." : "; they were kept."),
        };
    }
}
