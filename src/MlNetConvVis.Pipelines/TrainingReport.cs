using System.Globalization;
using MlNetConvVis.Reports;
using MlNetConvVis.Training;

namespace MlNetConvVis.Pipelines;

/// <summary>Sets what came of training as a report: curves of accuracy, loss and learning rate by epoch.</summary>
public static class TrainingReport
{
    /// <summary>The name of the report in a training folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Makes the page of a training run.</summary>
    /// <param name="title">The title, such as the network's name.</param>
    /// <param name="subtitle">What was trained on what.</param>
    /// <param name="epochs">What came of every epoch; at least one.</param>
    /// <param name="foot">How it came about.</param>
    /// <returns>The report.</returns>
    public static Report Of(string title, string subtitle, IReadOnlyList<EpochMetrics> epochs, ReportFoot foot) => new()
    {
        Title = title,
        Subtitle = subtitle,
        KeyNumbers = [.. KeyNumbers(epochs)],
        Sections = [Section(epochs), new ReportSection("Epoch by epoch", [Table(epochs)])],
        Foot = foot,
    };

    /// <summary>Makes the section with the curves, for a report of more than training.</summary>
    /// <param name="epochs">What came of every epoch; at least one.</param>
    /// <returns>The section.</returns>
    public static ReportSection Section(IReadOnlyList<EpochMetrics> epochs)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return new ReportSection("How it was trained",
        [
            Chart("Share classified right", new ChartAxis("accuracy") { IsPercent = true, From = 0 }, epochs,
                ("training images", static e => e.TrainingAccuracy), ("held-out images", static e => e.ValidationAccuracy),
                ("held-out images, among the five strongest", static e => e.ValidationTop5)),
            Chart("Loss", new ChartAxis("cross-entropy (nats)"), epochs,
                ("training images", static e => e.TrainingLoss), ("held-out images", static e => e.ValidationLoss)),
            Chart("Learning rate", new ChartAxis("at the end of the epoch") { From = 0 }, epochs, ("learning rate", static e => e.LearningRate)),
        ])
        {
            Lead = "Training images are varied at random where the recipe says so (moved, turned, recoloured), and measured before each step; their loss is " +
                "that of smoothed labels where the recipe has them. The held-out images are taken as they are, after each epoch.",
        };
    }

    private static IEnumerable<KeyNumber> KeyNumbers(IReadOnlyList<EpochMetrics> epochs)
    {
        var last = epochs[^1];
        if (last.ValidationAccuracy is { } accuracy)
        {
            var best = EpochMetrics.Best(epochs)!;
            yield return new("Right on the held-out images", Percent(accuracy),
                $"after {Count(epochs.Count, "epoch")}; best {Percent(best.ValidationAccuracy!.Value)} after {Count(best.Epoch, "epoch")}");
        }

        if (last.ValidationTop5 is { } near) yield return new("Among the five strongest", Percent(near), "on the held-out images");
        yield return new("Right on the training images", Percent(last.TrainingAccuracy), "as they were varied");
        var time = TimeSpan.FromSeconds(epochs.Sum(static e => e.Seconds));
        yield return new("Time", time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : $"{(int)time.TotalMinutes} min {time.Seconds} s",
            string.Create(CultureInfo.InvariantCulture, $"{epochs.Average(static e => e.ImagesPerSecond):0} images a second"));
    }

    private static ReportTable Table(IReadOnlyList<EpochMetrics> epochs) => new()
    {
        Caption = "What came of each epoch",
        Columns =
        [
            Numbers("Epoch"), Numbers("Learning rate"), Numbers("Training loss"), Numbers("Training accuracy"), Numbers("Held-out loss"),
            Numbers("Held-out accuracy"), Numbers("Top 5"), Numbers("Seconds"), Numbers("Images a second"),
        ],
        Rows =
        [
            .. epochs.Select(static e => (IReadOnlyList<TableCell>)
            [
                TableCell.Number(e.Epoch), TableCell.Number(e.LearningRate, "0.#####"), TableCell.Number(e.TrainingLoss, "0.000"),
                TableCell.Percent(e.TrainingAccuracy),
                e.ValidationLoss is { } loss ? TableCell.Number(loss, "0.000") : "", Share(e.ValidationAccuracy), Share(e.ValidationTop5),
                TableCell.Number(e.Seconds, "0.0"), TableCell.Number(e.ImagesPerSecond, "0"),
            ]),
        ],
    };

    private static TableColumn Numbers(string heading) => new(heading, IsNumeric: true);

    private static TableCell Share(double? share) => share is { } part ? TableCell.Percent(part) : "";

    private static LineChart Chart(
        string caption, ChartAxis y, IReadOnlyList<EpochMetrics> epochs, params IReadOnlyList<(string Name, Func<EpochMetrics, double?> Value)> curves) => new()
        {
            Caption = caption,
            X = new ChartAxis("epoch"),
            Y = y,
            Series =
        [
            .. curves.Where(c => epochs.Any(e => IsDrawn(c.Value(e))))
                .Select(c => new ChartSeries(c.Name, [.. epochs.Where(e => IsDrawn(c.Value(e))).Select(e => new ChartPoint(e.Epoch, c.Value(e)!.Value))])),
        ],
        };

    private static bool IsDrawn(double? value) => value is { } number && double.IsFinite(number);

    private static string Count(int number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
