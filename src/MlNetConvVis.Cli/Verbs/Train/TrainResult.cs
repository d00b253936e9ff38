using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary>What <c>train --json</c> says.</summary>
internal sealed record TrainResult(
    string Model,
    IReadOnlyList<string> Classes,
    int TrainingImages,
    int ValidationImages,
    long Parameters,
    int? ResumedAfter,
    IReadOnlyList<EpochMetrics> Epochs,
    double Seconds,
    int? BestEpoch,
    string? BestModel,
    bool StoppedEarly,
    string Report,
    IReadOnlyList<SkippedImage> Skipped)
{
    public static TrainResult Of(TrainingResult trained, TrainingSet set, long parameters, double seconds) => new(
        trained.ModelFile!, set.Classes, set.Training.Count, set.Validation.Count, parameters, trained.Resumed, trained.Epochs, seconds,
        trained.BestEpoch, trained.BestModelFile, trained.StoppedEarly, Path.Combine(Path.GetDirectoryName(trained.ModelFile!)!, TrainingReport.FileName),
        [.. set.Skipped.Select(static b => new SkippedImage(b.File, b.Message))]);
}
