using MlNetConvVis.Cli.Output;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>Shows training: every step moves the bar, every epoch leaves a line.</summary>
internal sealed class EpochLines(WorkProgress progress) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        var share = (value.Epoch - 1 + ((double)value.Step / value.Steps)) / value.Epochs;
        progress.Report(share, FormattableString.Invariant($"{Status(value)}{Left(value.Remaining)}"));
        if (value.Finished is { } epoch) progress.Note(Line(epoch, value.Epochs));
    }

    private static string Status(TrainingProgress p) =>
        FormattableString.Invariant($"Epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:0.00}, {p.ImagesPerSecond:0} photos a second");

    private static string Left(TimeSpan? remaining) => remaining is { } left ? $", {(int)left.TotalMinutes}:{left.Seconds:00} left" : "";

    private static string Line(EpochMetrics epoch, int epochs)
    {
        var check = epoch.ValidationAccuracy is { } accuracy
            ? FormattableString.Invariant($", checked {accuracy:0.0%} right (loss {epoch.ValidationLoss:0.000})") : "";
        var trained = FormattableString.Invariant($"trained {epoch.TrainingAccuracy:0.0%} right (loss {epoch.TrainingLoss:0.000})");
        return FormattableString.Invariant($"Epoch {epoch.Epoch,3} of {epochs}: {trained}{check}, {epoch.Seconds:0.0} s");
    }
}
