using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Ablate;

/// <summary>What <c>ablate --json</c> says. Errors are in percent, margins in percentage points.</summary>
internal sealed record AblateResult(
    string Title, int TrainingImages, int ValidationImages, IReadOnlyList<AblatedRow> Rows, IReadOnlyList<DecidedClaim> Claims, string Report)
{
    public static AblateResult Of(AblationPlan plan, TrainingSet set, AblationResult found, string report) => new(
        plan.Title, set.Training.Count, set.Validation.Count,
        [.. found.Rows.Select(static r => new AblatedRow(
            r.Row.Name, r.Row.Title, r.Errors, r.Row.Published, r.Measurement?.Parameters, r.Measurement?.Epochs.Count, r.Measurement?.Seconds, r.Folder,
            r.Problem))],
        [.. found.Claims.Select(static c => new DecidedClaim(c.Claim.Text, c.Passed, c.Margin, c.PublishedMargin))],
        report);

    /// <summary>The rows as a table for other programs.</summary>
    public IEnumerable<string> Csv() => Rows.Select(static r => (IReadOnlyList<string>)
    [
        r.Row, r.Title, Text(r.Errors?.Training), Text(r.Errors?.Top1), Text(r.Errors?.Top5), Text(r.Published?.Training), Text(r.Published?.Top1),
        Text(r.Published?.Top5), Text(r.Parameters), Text(r.Epochs), Text(r.Seconds),
    ]).Prepend(["row", "title", "training_error", "top1_error", "top5_error", "published_training_error", "published_top1_error", "published_top5_error",
        "parameters", "epochs", "seconds"]).Select(static row => string.Join(',', row.Select(CsvTable.Quoted)));

    private static string Text(double? number) => number is { } value ? value.ToString("G6", CultureInfo.InvariantCulture) : "";

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <summary>A row of the table; errors are null where training did not come to an end.</summary>
internal sealed record AblatedRow(
    string Row, string Title, AblationErrors? Errors, AblationErrors? Published, long? Parameters, int? Epochs, double? Seconds, string Folder,
    string? Problem);

/// <summary>A claim; null where an error is missing.</summary>
internal sealed record DecidedClaim(string Claim, bool? Passed, double? Margin, double? PublishedMargin);
