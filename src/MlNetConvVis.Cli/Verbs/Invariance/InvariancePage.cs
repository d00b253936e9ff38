using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Cli.Verbs.Invariance;

/// <summary>The report of <c>invariance</c>.</summary>
internal static class InvariancePage
{
    public static Report Of(ConvNet net, InvarianceOutcome result, InvarianceResult found, RgbImage sheet, string command)
    {
        TransformKind[] kinds = [.. found.Points.Select(static p => p.Transform.Kind).Distinct()];
        return new Report
        {
            Title = "What the network does not mind",
            Subtitle = $"{Counted.Of(result.Photos.Count, "photo")} moved, enlarged and turned, after figure 5 of Zeiler and Fergus (2013).",
            KeyNumbers = [.. kinds.Select(k => KeyNumber(result, k)).OfType<KeyNumber>()],
            Sections =
            [
                .. kinds.Select(k => new ReportSection(Title(k), Charts(result, found, k)) { Lead = Lead(k) }),
                new ReportSection("In numbers", [Summary(result), Photos(result)]),
                new ReportSection("The photos",
                [
                    new PictureGrid
                    {
                        Caption = "Five amounts of each transform, a row a photo", TileWidth = Math.Min(640, sheet.Width),
                        Pictures = [new ReportPicture(ImageCodecs.Default.EncodePng(sheet), "Some of the transformed photos")],
                    },
                ]),
            ],
            Foot = VerbFoot.Of(command, [net]),
        };
    }

    private static string Title(TransformKind kind) => kind switch
    {
        TransformKind.Translation => "Vertical translation",
        TransformKind.Scale => "Scale",
        _ => "Rotation",
    };

    private static string Lead(TransformKind kind) => kind == TransformKind.Rotation
        ? "The paper: the output is not invariant to rotation, except for objects of rotational symmetry."
        : "The paper: small transforms change the first layer dramatically and the top one little; there the change is nearly linear.";

    /// <summary>First and last layer at the smallest step: figure 5's claim.</summary>
    private static KeyNumber? KeyNumber(InvarianceOutcome result, TransformKind kind)
    {
        var own = result.Summaries.Where(s => s.Transform == InvarianceOutcome.Word(kind)).ToArray();
        return own.Length < 2 || own[0].AtSmallestStep is not { } first || own[^1].AtSmallestStep is not { } last || last == 0 ? null : new KeyNumber(
            $"{Title(kind)}: {own[0].Layer} moves", string.Create(CultureInfo.InvariantCulture, $"{first / last:0.0} times"), $"as far as {own[^1].Layer} at the smallest step");
    }

    private static List<ReportBlock> Charts(InvarianceOutcome result, InvarianceResult found, TransformKind kind)
    {
        var charts = new List<ReportBlock>();
        for (var l = 0; l < result.Layers.Count; l++)
        {
            var at = l;
            charts.Add(Chart(result, found, kind, $"{result.Layers[l]}: Euclidean distance", "distance", p => p.Distances[at].Distance));
            charts.Add(Chart(result, found, kind, $"{result.Layers[l]}: distance of features scaled to length one", "distance", p => p.Distances[at].Normalised));
        }

        charts.Add(Chart(result, found, kind, "Probability of the true class", "probability", static p => p.Probability));
        return charts;
    }

    private static LineChart Chart(
        InvarianceOutcome result, InvarianceResult found, TransformKind kind, string caption, string unit, Func<InvariancePoint, double> value)
    {
        var mean = InvarianceCurve.Of(found, kind, value);
        var photos = result.Photos.Count > 1 && result.Photos.Count <= InvarianceCurves.MostPhotos
            ? result.Photos.Select((photo, i) => new ChartSeries(
                InvarianceCurves.NameOf(photo), [.. found.Points.Where(p => p.Photo == i && p.Transform.Kind == kind).Select(p => new ChartPoint(p.Transform.Amount, value(p)))]))
            : [];
        return new LineChart
        {
            Caption = caption,
            X = new ChartAxis(InvarianceCurves.Axis(kind)),
            Y = new ChartAxis(unit) { From = 0, To = unit == "probability" ? 1 : null },
            Series =
            [
                .. photos,
                new ChartSeries(result.Photos.Count > 1 ? "mean" : InvarianceCurves.NameOf(result.Photos[0]),
                    [.. mean.Amounts.Select((a, i) => new ChartPoint(a, mean.Means[i], result.Photos.Count > InvarianceCurves.MostPhotos ? mean.Deviations[i] : null))]),
            ],
        };
    }

    private static ReportTable Summary(InvarianceOutcome result) => new()
    {
        Caption = "Distances of features scaled to length one, in the mean of the photos; linearity is their correlation with the step's size",
        Columns = [new("Transform"), new("Layer"), new("At the smallest step", IsNumeric: true), new("At most", IsNumeric: true), new("Linearity", IsNumeric: true)],
        Rows =
        [
            .. result.Summaries.Select(static s => (IReadOnlyList<TableCell>)
            [
                s.Transform, s.Layer, new TableCell(InvarianceVerb.Number(s.AtSmallestStep), s.AtSmallestStep), TableCell.Number(s.AtMost, "0.000"),
                new TableCell(InvarianceVerb.Number(s.Linearity), s.Linearity),
            ]),
        ],
    };

    private static ReportTable Photos(InvarianceOutcome result) => new()
    {
        Caption = "The photos and the class whose probability is followed",
        Columns = [new("Photo"), new("Class")],
        Rows = [.. result.Photos.Select(static p => (IReadOnlyList<TableCell>)[Path.GetFileName(p.File), p.Name is null ? $"{p.Class}" : $"{p.Class} {p.Name}"])],
    };
}
