namespace MlNetConvVis.Training;

/// <summary>What came of one epoch.</summary>
/// <param name="Epoch">Which, from 1.</param>
/// <param name="LearningRate">The rate of its last step.</param>
/// <param name="TrainingLoss">Mean cross-entropy of its batches in nats (of smoothed labels where asked for), measured before each step.</param>
/// <param name="TrainingAccuracy">Part of its pictures, as varied, whose strongest class was right before each step: 0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy of the validation pictures with running statistics, in nats; null when nothing is validated.</param>
/// <param name="ValidationAccuracy">Part of the validation pictures whose strongest class is right, 0 to 1; null when nothing is validated.</param>
/// <param name="Seconds">How long its steps took, without validation.</param>
/// <param name="ImagesPerSecond">Pictures trained on a second.</param>
public sealed record EpochMetrics(
    int Epoch,
    double LearningRate,
    double TrainingLoss,
    double TrainingAccuracy,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double Seconds,
    double ImagesPerSecond)
{
    /// <summary>Gets the part of the validation pictures whose class is among the five strongest, 0 to 1; null when nothing is validated, or when there are
    /// no more than five classes.</summary>
    public double? ValidationTop5 { get; init; }

    /// <summary>Finds the best epoch: that with the lowest validation error (training error, where nothing is validated); of equal ones that with the lowest
    /// loss, then the first.</summary>
    /// <param name="epochs">The epochs.</param>
    /// <returns>The best, or null when there are none.</returns>
    public static EpochMetrics? Best(IReadOnlyList<EpochMetrics> epochs) => ValidationTrend.Best(epochs);
}

/// <summary>Where training stands; comes after every step, and once more when an epoch is validated.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Step">The step in the epoch, from 1.</param>
/// <param name="Steps">The steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch's steps so far, in nats.</param>
/// <param name="Accuracy">Accuracy of this epoch's steps so far, 0 to 1.</param>
/// <param name="LearningRate">The rate of this step.</param>
/// <param name="ImagesPerSecond">Pictures a second in this epoch.</param>
/// <param name="Elapsed">Time spent on training in this call.</param>
/// <param name="Remaining">Time left, from the speed so far; null before anything is known.</param>
/// <param name="Finished">What came of the epoch, when it has just ended; else null.</param>
/// <param name="History">What came of all epochs that are done, those before a resume and the one that has just ended included.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Step,
    int Steps,
    double Loss,
    double Accuracy,
    double LearningRate,
    double ImagesPerSecond,
    TimeSpan Elapsed,
    TimeSpan? Remaining,
    EpochMetrics? Finished,
    IReadOnlyList<EpochMetrics> History);
