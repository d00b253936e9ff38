using System.Globalization;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Ablate;

/// <summary>Sets an ablation as a report: the table beside the published one, the claims, the curves.</summary>
internal static class AblationPage
{
    public static Report Of(AblationPlan plan, AblationResult found, TrainingSet set, TrainingOptions options, string engine, string command) => new()
    {
        Title = plan.Title,
        Subtitle = string.Create(CultureInfo.InvariantCulture,
            $"{found.Rows.Count} networks, each trained from scratch on the same {set.Training.Count:N0} images of {set.Classes.Count} classes, ") +
            string.Create(CultureInfo.InvariantCulture, $"and compared on {set.Validation.Count:N0} others."),
        KeyNumbers = [.. KeyNumbers(found)],
        Sections =
        [
            new ReportSection("Errors", [Table(found.Rows)])
            {
                Lead = "In percent, after the last epoch. 'training' is the error on the images that were trained on, taken as they are; top 1 and top 5 are those " +
                    "on the images kept for checking.",
            },
            .. found.Claims.Count > 0 ? new[] { Claims(found.Claims) } : [],
            new ReportSection("How they learned", [Curves(found.Rows)]),
        ],
        Foot = new ReportFoot
        {
            Created = DateTimeOffset.UtcNow,
            Facts =
            [
                new("Command", command),
                new("Recipe", options.ToJson()),
                new("Engine", $"{engine}, ONNX Runtime {RuntimeFacts.Version}, {options.Device}"),
                new("Images' fingerprint", set.Fingerprint),
            ],
        },
    };

    /// <summary>What came of a claim, in a word.</summary>
    public static string Verdict(bool? passed) => passed switch { true => "passed", false => "failed", null => "not decided" };

    /// <summary>A margin in percentage points, with its sign.</summary>
    public static string Points(double? margin) => margin is { } points ? points.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) : "-";

    private static IEnumerable<KeyNumber> KeyNumbers(AblationResult found)
    {
        if (found.Rows.Where(static r => r.Errors is not null).MinBy(static r => r.Errors!.Top1) is { } best)
            yield return new("Lowest error", string.Create(CultureInfo.InvariantCulture, $"{best.Errors!.Top1:0.0} %"), best.Row.Title);
        if (found.Claims.Count > 0)
            yield return new("Claims that hold", $"{found.Claims.Count(static c => c.Passed == true)} of {found.Claims.Count}");
    }

    private static ReportTable Table(IReadOnlyList<AblationRowResult> rows)
    {
        var published = rows.Any(static r => r.Row.Published is not null);
        TableColumn[] Error(string name) => published
            ? [new(name, IsNumeric: true), new($"{name}, published", IsNumeric: true)] : [new TableColumn(name, IsNumeric: true)];
        TableCell[] Cells(double? own, double? theirs) => published ? [Number(own), Number(theirs)] : [Number(own)];
        return new ReportTable
        {
            Caption = "Errors in percent",
            Columns =
            [
                new("Network"), .. Error("training"), .. Error("top 1"), .. Error("top 5"), new("Parameters", IsNumeric: true), new("Epochs", IsNumeric: true),
                new("Minutes", IsNumeric: true),
            ],
            Rows =
            [
                .. rows.Select(r => (IReadOnlyList<TableCell>)
                [
                    r.Problem is null ? r.Row.Title : $"{r.Row.Title}: {r.Problem}",
                    .. Cells(r.Errors?.Training, r.Row.Published?.Training), .. Cells(r.Errors?.Top1, r.Row.Published?.Top1),
                    .. Cells(r.Errors?.Top5, r.Row.Published?.Top5),
                    r.Measurement is { } m ? TableCell.Number(m.Parameters, "N0") : "", r.Measurement is { } e ? TableCell.Number(e.Epochs.Count) : "",
                    r.Measurement is { } s ? TableCell.Number(s.Seconds / 60, "0.0") : "",
                ]),
            ],
        };
    }

    private static ReportSection Claims(IReadOnlyList<AblationClaimResult> claims) => new("Claims",
    [
        new ReportTable
        {
            Caption = "Margins in percentage points: above 0 the claim holds",
            Columns = [new("Claim"), new("Here"), new("Margin", IsNumeric: true), new("Published margin", IsNumeric: true)],
            Rows =
            [
                .. claims.Select(static c => (IReadOnlyList<TableCell>)
                    [c.Claim.Text, Verdict(c.Passed), new TableCell(Points(c.Margin), c.Margin), new TableCell(Points(c.PublishedMargin), c.PublishedMargin)]),
            ],
        },
    ]);

    private static LineChart Curves(IReadOnlyList<AblationRowResult> rows) => new()
    {
        Caption = "Images kept for checking that are not recognised",
        X = new ChartAxis("epoch"),
        Y = new ChartAxis("error") { IsPercent = true },
        Series =
        [
            .. rows.Where(static r => r.Measurement is not null).Select(static r => new ChartSeries(
                r.Row.Title, [.. r.Measurement!.Epochs.Select(static e => new ChartPoint(e.Epoch, 1 - e.ValidationAccuracy!.Value))])),
        ],
    };

    private static TableCell Number(double? value) => value is { } number ? TableCell.Number(number, "0.0") : "";
}
