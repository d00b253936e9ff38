using System.Globalization;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>Shows training: every step moves the bar, every epoch leaves a line and redraws the curves.</summary>
internal sealed class EpochLines(WorkProgress progress, TrainingPage page) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        var share = (value.Epoch - 1 + ((double)value.Step / value.Steps)) / value.Epochs;
        progress.Report(share, FormattableString.Invariant($"{Status(value)}{Left(value.Remaining)}"));
        if (value.Finished is not { } epoch) return;
        progress.Note(Line(epoch, value.Epochs));
        page.Write(value.History);
    }

    private static string Top5(EpochMetrics epoch) =>
        epoch.ValidationTop5 is { } share ? FormattableString.Invariant($", top 5 {share:0.0%}") : "";

    private static string Status(TrainingProgress p) =>
        FormattableString.Invariant($"Epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:0.00}, {p.Accuracy:0%} right, {p.ImagesPerSecond:0} photos a second");

    private static string Left(TimeSpan? remaining) => remaining is { } left ? $", {Time(left)} left" : "";

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    private static string Line(EpochMetrics epoch, int epochs)
    {
        var check = epoch.ValidationAccuracy is { } accuracy
            ? FormattableString.Invariant($", checked {accuracy:0.0%} right (loss {epoch.ValidationLoss:0.000}{Top5(epoch)})") : "";
        var trained = FormattableString.Invariant($"trained {epoch.TrainingAccuracy:0.0%} right (loss {epoch.TrainingLoss:0.000})");
        return FormattableString.Invariant($"Epoch {epoch.Epoch,3} of {epochs}: {trained}{check}, {epoch.Seconds:0.0} s");
    }
}
