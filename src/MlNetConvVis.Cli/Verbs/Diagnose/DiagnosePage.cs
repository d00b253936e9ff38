using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Reports;

namespace MlNetConvVis.Cli.Verbs.Diagnose;

/// <summary>The report of <c>diagnose</c>.</summary>
internal static class DiagnosePage
{
    private const int Widest = 560;

    public static Report Of(IReadOnlyList<ConvNet> nets, IReadOnlyList<DiagnosedNetwork> found, double limit, string command) => new()
    {
        Title = "The first layer under the magnifying glass",
        Subtitle = "Dead, dominating and aliasing filters, after figure 6 and section 4.1 of Zeiler and Fergus (2013).",
        Sections =
        [
            new ReportSection("The filters", [Filters(nets, found)]) { Lead = "Each filter uses its full range; grey is zero." },
            new ReportSection("In numbers", [Table(found, limit)])
            {
                Lead = "Frequencies are shares of the filters' energy: low below 1/8 of a cycle a pixel, high above 1/4. The paper found extremely high and low ones and " +
                    "little between in 11x11 filters at steps of 4, and aliasing in the layer above; 7x7 at steps of 2 mended both.",
            },
            .. found.Select(n => new ReportSection($"{n.Title}: each filter", [Each(n)])),
        ],
        Foot = VerbFoot.Of(command, nets),
    };

    private static PictureGrid Filters(IReadOnlyList<ConvNet> nets, IReadOnlyList<DiagnosedNetwork> found) => new()
    {
        Caption = "First layers",
        TileWidth = Widest,
        Pictures = [.. nets.Select((net, i) => new ReportPicture(
            ImageCodecs.Default.EncodePng(FirstFilters.Of(net)!.Sheet()), $"the filters of {found[i].Model}", $"{found[i].Title}, {found[i].Layer}"))],
    };

    private static ReportTable Table(IReadOnlyList<DiagnosedNetwork> found, double limit) => new()
    {
        Caption = "The first layer of each network",
        Columns = [new("First layer"), .. found.Select(static n => new TableColumn(n.Title, IsNumeric: true))],
        Rows = [.. DiagnosedNetwork.Lines(found, limit).Select(static line => (IReadOnlyList<TableCell>)[.. line.Select(static text => new TableCell(text))])],
    };

    private static ReportTable Each(DiagnosedNetwork network) => new()
    {
        Caption = "Root mean square of its weights, strongest activation, and where its energy lies",
        Columns =
        [
            new("Filter", IsNumeric: true), new("Dead"), new("RMS", IsNumeric: true), new("Strongest", IsNumeric: true), new("Low", IsNumeric: true),
            new("Middle", IsNumeric: true), new("High", IsNumeric: true), new("Aliased", IsNumeric: true),
        ],
        Rows =
        [
            .. network.Each.Select(static f => (IReadOnlyList<TableCell>)
            [
                TableCell.Number(f.Filter), f.Dead ? "dead" : "", TableCell.Number(f.Rms, "0.0000"),
                f.Largest is { } largest ? new TableCell(largest.ToString("0.000", CultureInfo.InvariantCulture), largest) : new TableCell("-"),
                TableCell.Percent(f.Low), TableCell.Percent(f.Middle), TableCell.Percent(f.High), TableCell.Percent(f.Aliased),
            ]),
        ],
    };
}
