namespace MlNetConvVis.Training;

/// <summary>What an ablation found.</summary>
/// <param name="Rows">The rows, in the plan's order.</param>
/// <param name="Claims">The claims, in the plan's order.</param>
public sealed record AblationResult(IReadOnlyList<AblationRowResult> Rows, IReadOnlyList<AblationClaimResult> Claims);

/// <summary>What came of a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Measurement">Its errors; null where training did not come to an end.</param>
public sealed record AblationRowResult(AblationRow Row, AblationMeasurement? Measurement)
{
    /// <summary>Gets the row's folder, with its model, curves and checkpoints.</summary>
    public required string Folder { get; init; }

    /// <summary>Gets why there are no errors; null where there are.</summary>
    public string? Problem { get; init; }

    /// <summary>Gets the errors, in percent; null where training did not come to an end.</summary>
    public AblationErrors? Errors => Measurement is { } m ? new AblationErrors(m.TrainingError, m.Top1Error, m.Top5Error) : null;
}

/// <summary>What was measured of a row after its last epoch, as its file has it.</summary>
/// <param name="Key">A hash of network, recipe, seed and images.</param>
/// <param name="TrainingError">The part of the images it was trained on, taken as they are, that are not recognised, in percent.</param>
/// <param name="Top1Error">The part of the images kept for checking that are not recognised, in percent.</param>
/// <param name="Top5Error">The part of them whose class is not among the five strongest, in percent; null for five classes or fewer.</param>
/// <param name="Parameters">How many weights and biases it has.</param>
/// <param name="Epochs">What came of every epoch.</param>
public sealed record AblationMeasurement(
    string Key, double TrainingError, double Top1Error, double? Top5Error, long Parameters, IReadOnlyList<EpochMetrics> Epochs)
{
    /// <summary>Gets how long its training steps took, in seconds.</summary>
    public double Seconds => Epochs.Sum(static e => e.Seconds);
}

/// <summary>What came of a claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Margin">By how many percentage points it holds (below 0: fails) here; null where a row has no errors.</param>
/// <param name="PublishedMargin">The same of the published errors; null where there are none.</param>
public sealed record AblationClaimResult(AblationClaim Claim, double? Margin, double? PublishedMargin)
{
    /// <summary>Gets whether the claim holds; null where it cannot be decided.</summary>
    public bool? Passed => Margin is { } margin ? margin > 0 : null;
}

/// <summary>Where an ablation stands.</summary>
/// <param name="Index">Which row, from 0.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="Row">The row.</param>
/// <param name="Training">How far its training is; null when the row is done.</param>
/// <param name="Finished">What came of it, when it is done; else null.</param>
public sealed record AblationProgress(int Index, int Rows, AblationRow Row, TrainingProgress? Training, AblationRowResult? Finished);
