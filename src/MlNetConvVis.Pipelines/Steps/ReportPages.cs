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
            string[] beside =
            [
                .. results.FromScratch?.Rows.Where(r => r.ImagesPerClass == row.ImagesPerClass).Select(static r => $"from scratch {Percent(r.MeanAccuracy)}") ?? [],
                .. results.Untrained is { } untrained ? [$"untrained network {Percent(untrained.Rows[i].MeanAccuracy)}"] : Array.Empty<string>(),
            ];
            yield return new(
                $"New classes, {row.ImagesPerClass} images each", Percent(row.MeanAccuracy),
                beside.Length > 0 ? string.Join(", ", beside) : Spread(row.StandardDeviation));
        }

        foreach (var claim in results.Depth?.Claims ?? [])
            yield return new($"Accuracy rises with depth ({TransferStep.NameOf(claim.Head)})", claim.Passed ? "passed" : "failed", Points(claim));
    }

    private static IEnumerable<ReportSection> Sections(PipelineContext context, PipelineResults results)
    {
        if (results.Pictures is { } pictures) yield return Features(context, pictures);
        if (results.Training is { } epochs) yield return TrainingReport.Section(epochs);
        foreach (var section in TransferPages.Of(context, results)) yield return section;
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

    private static string? Spread(double? deviation) => deviation is { } d ? $"± {Percent(d)}" : null;

    private static string Points(DepthClaim claim) =>
        string.Create(CultureInfo.InvariantCulture, $"margin {100 * claim.Margin:+0.0;-0.0;0.0} points at {claim.WorstLayer}");

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
