using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Cli.Verbs.Evolve;

/// <summary>The report of <c>evolve</c>.</summary>
internal static class EvolvePage
{
    private const int Widest = 1100;

    public static Report Of(EvolveResult result, IReadOnlyList<TrainingStage> stages, string command, ulong seed) => new()
    {
        Title = "How features develop",
        Subtitle = $"{Counted.Of(result.Photos, "photo")} at {Counted.Of(result.Stages.Count, "moment")} of training, after figure 4 of Zeiler and Fergus (2013).",
        KeyNumbers = result.Layers.Count < 2 ? [] :
            [new KeyNumber(
                "Lower layers settle first", result.LowerLayersSettleFirst ? "passed" : "failed",
                $"{result.Layers[0].Layer}: {result.Layers[0].SettledFrom}, {result.Layers[^1].Layer}: {result.Layers[^1].SettledFrom}")],
        Sections =
        [
            new ReportSection("When maps settle", [Settled(result), Table(result)]) { Lead = Lead },
            .. result.Layers.Where(static l => l.File is not null).Select(Section),
        ],
        Foot = VerbFoot.Of(command, stages.Select(static s => s.Net), VerbFoot.Seed(seed)),
    };

    private static string Lead =>
        "A map has settled when the photo that excites it most is the one that does so in the end. The paper: lower layers settle within a few epochs, upper ones " +
        "only after a considerable number.";

    private static LineChart Settled(EvolveResult result) => new()
    {
        Caption = "Maps that keep the photo of the end",
        X = new ChartAxis($"moment: {string.Join(", ", result.Stages.Select(static (s, i) => $"{i + 1} {s}"))}"),
        Y = new ChartAxis("share of the layer's maps") { From = 0, To = 1 },
        Series = [.. result.Layers.Select(static l => new ChartSeries(l.Layer, [.. l.Settled.Select(static (s, i) => new ChartPoint(i + 1, s))]))],
    };

    private static ReportTable Table(EvolveResult result) => new()
    {
        Caption = "The same in numbers",
        Columns = [new("Layer"), new("Half settled"), .. result.Stages.Select(static s => new TableColumn(s, IsNumeric: true))],
        Rows = [.. result.Layers.Select(static l => (IReadOnlyList<TableCell>)[l.Layer, l.SettledFrom, .. l.Settled.Select(static s => TableCell.Percent(s))])],
    };

    private static ReportSection Section(EvolvedLayer layer)
    {
        var picture = new ReportPicture(File.ReadAllBytes(layer.File!), $"the strongest activations of maps of {layer.Layer} through training");
        return new ReportSection(layer.Layer,
            [new PictureGrid { Caption = "A row a map, a column a moment; each picture uses its full range", TileWidth = Math.Min(Widest, picture.Width), Pictures = [picture] }]);
    }
}
