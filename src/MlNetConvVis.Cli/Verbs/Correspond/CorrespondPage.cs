using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Correspond;

/// <summary>The report of <c>correspond</c>.</summary>
internal static class CorrespondPage
{
    public static Report Of(ConvNet net, CorrespondResult result, IReadOnlyList<string> layers, RgbImage sheet, string command) => new()
    {
        Title = "Does the network know the same part in different photos?",
        Subtitle = $"Features before and behind masking, for all pairs of {Counted.Of(result.Images.Count, "photo")}, after table 1 of Zeiler and Fergus (2013).",
        KeyNumbers =
        [
            .. result.Claims.Count == 0 ? Array.Empty<KeyNumber>()
                : [new KeyNumber(
                    "Parts that change features more alike than random masks", $"{result.Claims.Count(static c => c.Holds)} of {result.Claims.Count}", "part and layer")],
        ],
        Sections =
        [
            new ReportSection("Table 1", [Own(result, layers), Published(), Unchanged(result, layers)])
            {
                Lead = "The share of a layer's features whose signs differ between two photos (Hamming distance of the signs of what masking changed), in the mean over " +
                    "all pairs; the deviation is that of the pairs, all repeats together. Lower is a tighter correspondence.",
            },
            .. result.Claims.Count == 0 ? Array.Empty<ReportSection>() : [new ReportSection("Claims", [Claims(result)])],
            new ReportSection("What was masked",
            [
                new PictureGrid
                {
                    Caption = "A row a photo, a column a part; of random masks the first draw", TileWidth = Math.Min(960, sheet.Width),
                    Pictures = [new ReportPicture(ImageCodecs.Default.EncodePng(sheet), "The photos with each of their parts masked")],
                },
            ]),
        ],
        Foot = VerbFoot.Of(command, [net], new ReportFact("Fill", result.Fill), VerbFoot.Seed((ulong)result.Seed)),
    };

    private static ReportTable Own(CorrespondResult result, IReadOnlyList<string> layers) => new()
    {
        Caption = "Here: mean change of sign ± deviation",
        Columns = [new("Masked"), .. layers.Select(static l => new TableColumn(l, IsNumeric: true)), new("Pairs", IsNumeric: true)],
        Rows =
        [
            .. result.Rows.GroupBy(static r => r.Part).Select(static part => (IReadOnlyList<TableCell>)
            [
                part.Key,
                .. part.Select(static r => new TableCell(CorrespondVerb.Share(r.Mean, r.Deviation), r.Mean)),
                TableCell.Number(part.First().Pairs.Count),
            ]),
        ],
    };

    private static ReportTable Unchanged(CorrespondResult result, IReadOnlyList<string> layers) => new()
    {
        Caption = "Here: features that masking left as they were (sign 0), in the mean over the photos",
        Columns = [new("Masked"), .. layers.Select(static l => new TableColumn(l, IsNumeric: true))],
        Rows =
        [
            .. result.Rows.GroupBy(static r => r.Part).Select(static part => (IReadOnlyList<TableCell>)
                [part.Key, .. part.Select(static r => TableCell.Percent(r.Unchanged))]),
        ],
    };

    private static ReportTable Published() => new()
    {
        Caption = "The paper's table 1: the network of figure 3 on five photos of dogs",
        Columns = [new("Masked"), new("Layer 5", IsNumeric: true), new("Layer 7", IsNumeric: true)],
        Rows =
        [
            .. PublishedCorrespondence.Table.Select(static p => (IReadOnlyList<TableCell>)
            [
                p.Part, new TableCell(CorrespondVerb.Share(p.Layer5, p.Deviation5), p.Layer5), new TableCell(CorrespondVerb.Share(p.Layer7, p.Deviation7), p.Layer7),
            ]),
        ],
    };

    private static ReportTable Claims(CorrespondResult result) => new()
    {
        Caption = "The paper: clearly below random in layer 5, about equal in layer 7",
        Columns = [new("Part"), new("Layer"), new("Random"), new("More alike than random"), new("Margin", IsNumeric: true)],
        Rows =
        [
            .. result.Claims.Select(static c => (IReadOnlyList<TableCell>)
                [c.Part, c.Layer, c.Random, c.Holds ? "yes" : "no", new TableCell(c.Margin.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture), c.Margin)]),
        ],
    };
}
