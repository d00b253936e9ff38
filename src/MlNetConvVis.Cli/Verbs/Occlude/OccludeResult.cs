using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs.Occlude;

/// <summary>What <c>occlude --json</c> says. <c>places</c> go row by row; <c>work</c> is the share of a whole image's multiply-adds for one place.</summary>
internal sealed record OccludeResult(
    string? Model, string Image, string Layer, int Map, int Class, string? ClassName, int CleanLabel, string? CleanLabelName, float CleanProbability,
    float CleanActivity, OccluderWords Occluder, int[] Grid, double Work, double Seconds, IReadOnlyList<OccludedPlace> Places,
    IReadOnlyList<OccludedLabel> Labels, IReadOnlyList<string> Files, string Report, IReadOnlyList<SkippedImage> Skipped)
{
    public static string Columns => "row,column,y,x,activity,probability,label,name,label_probability";

    /// <summary>Gets the table, one row a place.</summary>
    public IEnumerable<string> Csv(ConvNet net) => Places.Select(p => string.Create(CultureInfo.InvariantCulture,
        $"{p.Row},{p.Column},{p.Y},{p.X},{p.Activity:R},{p.Probability:R},{p.Label},{CsvTable.Quoted(Named(net, p.Label) ?? "")},{p.LabelProbability:R}"))
        .Prepend(Columns);

    public static IReadOnlyList<OccludedPlace> PlacesOf(OcclusionMaps maps) => [.. Enumerable.Range(0, maps.Grid.Count).Select(p =>
    {
        var (row, column) = Math.DivRem(p, maps.Grid.Lefts.Count);
        return new OccludedPlace(
            row, column, maps.Grid.Tops[row], maps.Grid.Lefts[column], maps.Activity[p], maps.Probability[p], maps.Labels[p], maps.LabelProbability[p]);
    })];

    public static IReadOnlyList<OccludedLabel> LabelsOf(ConvNet net, OcclusionMaps maps) =>
        [.. maps.Labels.GroupBy(static l => l).OrderByDescending(static g => g.Count()).ThenBy(static g => g.Key)
            .Select(g => new OccludedLabel(g.Key, Named(net, g.Key), g.Count()))];

    public static string? Named(ConvNet net, int label) => net.Classes is { } names && label < names.Count ? names[label] : null;
}

/// <summary>The occluder: its size, its steps, what it is filled with.</summary>
internal sealed record OccluderWords(int Height, int Width, int Stride, string Fill);

/// <summary>One place: its step down and across, its top left pixel, and what the network says there.</summary>
internal sealed record OccludedPlace(int Row, int Column, int Y, int X, float Activity, float Probability, int Label, float LabelProbability);

/// <summary>A class that is the most probable at some places.</summary>
internal sealed record OccludedLabel(int Label, string? Name, int Places);
