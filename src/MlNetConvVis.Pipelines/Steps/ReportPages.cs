using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Reports;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Sets a run's results as a report.</summary>
internal static class ReportPages
{
    public static Report Of(PipelineContext context, PipelineResults results, ReportFoot foot) => new()
    {
        Title = results.Title,
        Subtitle = $"{results.Data}.",
        KeyNumbers = [.. KeyNumbers(results)],
        Sections = [.. Sections(context, results)],
        Foot = foot,
    };

    private static IEnumerable<KeyNumber> KeyNumbers(PipelineResults results)
    {
        if (results.Training is [.., var last])
            yield return new("Right on the held-out images", Percent(last.ValidationAccuracy ?? last.TrainingAccuracy), $"after {last.Epoch} epochs");
        foreach (var (i, row) in (results.Transfer?.Rows ?? []).Index())
        {
            var beside = results.Untrained is { } untrained ? $"untrained network {Percent(untrained.Rows[i].MeanAccuracy)}" : null;
            yield return new($"New classes, {row.ImagesPerClass} images each", Percent(row.MeanAccuracy), beside);
        }
    }

    private static IEnumerable<ReportSection> Sections(PipelineContext context, PipelineResults results)
    {
        if (results.Pictures is { } pictures) yield return Features(context, pictures);
        if (results.Training is { } epochs) yield return TrainingReport.Section(epochs);
        if (results.Transfer is { } transfer) yield return Transfer(context, transfer, results.Untrained);
    }

    private static ReportSection Features(PipelineContext context, IReadOnlyList<MapPictures> pictures) => new(
        "What the layers respond to",
        [.. Filters(context), .. pictures.GroupBy(static m => m.Layer).Select(layer => Gallery(context, layer.Key, [.. layer]))])
    {
        Lead = $"For some feature maps of each layer, drawn at random, the strongest activations over all training images, " +
        "each projected down to pixels by the deconvnet " +
            $"(rules '{context.Spec.Visualize!.Rules.Summary()}'; grey is zero), and beside it the part of the image that the unit " +
            "sees. After figure 2 of Zeiler and Fergus (2013).",
    };

    /// <summary>Layer 1 as its filters, as in the paper's figure.</summary>
    private static IEnumerable<ReportBlock> Filters(PipelineContext context)
    {
        if (FirstFilters.Of(context.Network) is not { } first) yield break;
        var file = context.Folder.In("visualize", VisualizeStep.FiltersFile);
        var picture = new ReportPicture(File.ReadAllBytes(file), $"the filters of {first.Layer}");
        yield return new PictureGrid
        {
            Caption = $"{first.Layer}: its {first.Filters.Count} filters of {first.Filters[0].Height}x{first.Filters[0].Width} pixels; grey is zero",
            Pictures = [picture],
            TileWidth = picture.Width,
        };
    }

    private static FeatureMapGallery Gallery(PipelineContext context, string layer, IReadOnlyList<MapPictures> maps)
    {
        var field = context.Network.FieldOf(layer);
        return new FeatureMapGallery
        {
            Caption = $"{layer}: {context.Network.ShapeOf(layer)[1]} maps, each unit sees {field[0].Size}x{field[1].Size} pixels",
            Maps = [.. maps.Select(m => new Reports.FeatureMapPictures(
                $"map {m.Channel}",
                [.. m.Pictures.Select(p => Picture(context, p.Projection, $"{layer}, map {m.Channel}: what excites it in {p.Photo}"))],
                [.. m.Pictures.Select(p => Picture(context, p.Patch, $"{p.Photo} ({p.Class})"))])
            {
                Note = string.Create(CultureInfo.InvariantCulture, $"activations {m.Pictures[^1].Activation:0.00} to {m.Pictures[0].Activation:0.00}"),
            })],
        };
    }

    private static ReportPicture Picture(PipelineContext context, string file, string alternative) =>
        new(File.ReadAllBytes(context.Folder.In("visualize", file)), alternative);

    private static ReportSection Transfer(PipelineContext context, TransferResult trained, TransferResult? untrained)
    {
        var most = trained.Rows[^1];
        return new ReportSection("What carries over to new classes",
        [
            Curve(trained, untrained),
            Table(trained, untrained),
            new ConfusionMatrix
            {
                Caption = $"Which classes are taken for which, with {most.ImagesPerClass} training images a class, over {most.Folds.Count} folds",
                ClassNames = trained.ClassNames,
                Counts = most.Confusion,
            },
            Pairs(most),
        ])
        {
            Lead = $"The layers up to '{context.Spec.Transfer!.Layer}' stay as they are; " +
            $"only a softmax on its {trained.Features:N0} features is trained, on a few images of " +
                $"{trained.ClassNames.Count} classes that the network never saw. Accuracies are means over classes, " +
                $"then over {most.Folds.Count} folds, ± their sample deviation.",
        };
    }

    private static LineChart Curve(TransferResult trained, TransferResult? untrained) => new()
    {
        Caption = "Accuracy on new classes by training images a class",
        X = new ChartAxis("training images a class") { Ticks = [.. trained.Rows.Select(static r => (double)r.ImagesPerClass)], From = 0 },
        Y = new ChartAxis("accuracy") { IsPercent = true, From = 0 },
        Series = [.. Networks(trained, untrained).Select(static n => new ChartSeries(
            n.Name, [.. n.Result.Rows.Select(static r => new ChartPoint(r.ImagesPerClass, r.MeanAccuracy, r.StandardDeviation))]))],
    };

    private static ReportTable Table(TransferResult trained, TransferResult? untrained) => new()
    {
        Caption = "Mean accuracy over classes",
        Columns = [new("Features from"), .. trained.Rows.Select(static r => new TableColumn($"{r.ImagesPerClass} a class", IsNumeric: true))],
        Rows =
        [
            .. Networks(trained, untrained).Select(static n =>
                (IReadOnlyList<TableCell>)[n.Name, .. n.Result.Rows.Select(static r => TableCell.Percent(r.MeanAccuracy, r.StandardDeviation))]),
            ["guessing", .. trained.Rows.Select(_ => TableCell.Percent(1.0 / trained.ClassNames.Count))],
        ],
    };

    private static ReportTable Pairs(ProtocolRow row) => new()
    {
        Caption = "Most frequent mistakes",
        Columns = [new("Shows"), new("Taken for"), new("Times", IsNumeric: true), new("Of the class", IsNumeric: true)],
        Rows = [.. row.MostConfused.Select(static p =>
            (IReadOnlyList<TableCell>)[p.TrueClass, p.TakenFor, TableCell.Number(p.Count), TableCell.Percent(p.Share)])],
    };

    private static IEnumerable<(string Name, TransferResult Result)> Networks(TransferResult trained, TransferResult? untrained)
    {
        yield return ("trained network", trained);
        if (untrained is not null) yield return ("untrained network", untrained);
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
