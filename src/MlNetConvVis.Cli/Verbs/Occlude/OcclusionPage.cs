using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;
using FeatureMapPictures = MlNetConvVis.Analysis.FeatureMapPictures;

namespace MlNetConvVis.Cli.Verbs.Occlude;

/// <summary>What <c>occlude</c> found, ready to be drawn.</summary>
internal sealed record OcclusionFindings(
    OcclusionMaps Maps, RgbImage Photo, float[] Projection, FeatureMapPictures? Others, double Work, bool IsWhole, IReadOnlyList<SkippedImage> Skipped);

/// <summary>The report of <c>occlude</c>.</summary>
internal static class OcclusionPage
{
    private const int Tile = 176;

    public static Report Of(ConvNet net, OccludeResult result, OcclusionFindings found, IReadOnlyList<OcclusionPanel> panels, string command)
    {
        var (maps, name) = (found.Maps, OcclusionFigure.NameOf(net, found.Maps.Class));
        var worst = maps.Probability.Min();
        return new Report
        {
            Title = $"What the network relies on: {Path.GetFileName(result.Image)}",
            Subtitle = string.Create(CultureInfo.InvariantCulture,
                $"A square of {result.Occluder.Height}x{result.Occluder.Width} pixels at {maps.Grid.Count} places, after figure 7 of Zeiler and Fergus (2013)."),
            KeyNumbers =
            [
                new KeyNumber($"p({name})", Number(maps.CleanProbability), "uncovered"),
                new KeyNumber("at the worst place", Number(worst)),
                new KeyNumber("places with another label", Percent(maps.Labels.Count(l => l != maps.Class), maps.Grid.Count)),
                new KeyNumber($"sum of map {maps.Channel}, at least", Percent(maps.Activity.Min(), maps.CleanActivity), "of that uncovered"),
            ],
            Sections =
            [
                new ReportSection("Figure 7", [Panels(panels, maps)])
                {
                    Lead = "In (b), (d) and (e) each place is coloured where the occluder's middle is; light is high. Where (b) is dark the strongest map needs what " +
                        "is covered, where (d) is dark the class does.",
                },
                .. found.Others is null ? Array.Empty<ReportSection>() : [Others(net, found.Others)],
                new ReportSection("Most probable classes", [Labels(result), Legend(net, maps)]),
            ],
            Foot = Foot(net, result, found, command),
        };
    }

    private static PictureGrid Panels(IReadOnlyList<OcclusionPanel> panels, OcclusionMaps maps) => new()
    {
        Caption = string.Create(CultureInfo.InvariantCulture,
            $"(b) from {maps.Activity.Min():0.##} to {maps.Activity.Max():0.##}, {maps.CleanActivity:0.##} uncovered; " +
            $"(d) from {maps.Probability.Min():0.000} to {maps.Probability.Max():0.000}, {maps.CleanProbability:0.000} uncovered"),
        TileWidth = Tile,
        Pictures = [.. panels.Select(static p => Picture(p.Picture, p.Title, p.Title))],
    };

    private static ReportSection Others(ConvNet net, FeatureMapPictures others) => new("The same map in other photos",
        [new PictureGrid
        {
            Caption = "The strongest projections at the left, the patches that caused them at the right",
            TileWidth = 3 * Tile,
            Pictures = [Picture(FigureSheet.Of(net, [others]), $"Strongest activations of map {others.Channel} of layer {others.Layer} in other photos", null)],
        }]);

    private static ReportTable Labels(OccludeResult result) => new()
    {
        Caption = "At how many places each class is the most probable",
        Columns = [new("Class"), new("Number", IsNumeric: true), new("Places", IsNumeric: true), new("Share", IsNumeric: true)],
        Rows =
        [
            .. result.Labels.Select(l => (IReadOnlyList<TableCell>)
                [l.Name ?? $"class {l.Label}", TableCell.Number(l.Label), TableCell.Number(l.Places), TableCell.Percent(l.Places / (double)result.Places.Count)]),
        ],
    };

    private static PictureGrid Legend(ConvNet net, OcclusionMaps maps) => new()
    {
        Caption = "The colours of panel (e)",
        TileWidth = 32,
        Pictures =
        [
            .. LabelColours.Of(maps.Labels).Select(c =>
            {
                var name = c.Label is { } label ? OcclusionFigure.NameOf(net, label) : "others";
                return Picture(RgbImage.Filled(32, 32, c.Colour), $"the colour of {name}", name);
            }),
        ],
    };

    private static ReportFoot Foot(ConvNet net, OccludeResult result, OcclusionFindings found, string command) => VerbFoot.Of(command, [net],
        new ReportFact("Occluder", string.Create(CultureInfo.InvariantCulture,
            $"{result.Occluder.Height}x{result.Occluder.Width}, stride {result.Occluder.Stride}, fill {result.Occluder.Fill}, {result.Grid[0]}x{result.Grid[1]} places")),
        new ReportFact("Work for a place", string.Create(CultureInfo.InvariantCulture, $"{100 * found.Work:0} % of a whole image")));

    private static ReportPicture Picture(RgbImage picture, string alternative, string? caption) =>
        new(ImageCodecs.Default.EncodePng(picture), alternative, caption);

    private static string Number(float value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double part, double whole) => whole == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:0} %");
}
