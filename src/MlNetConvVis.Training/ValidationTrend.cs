namespace MlNetConvVis.Training;

/// <summary>Which epoch was best, and for how long none has been better. Measured by the validation error; by that of training where nothing is
/// validated.</summary>
internal static class ValidationTrend
{
    /// <summary>The error that counts, 0 to 1.</summary>
    public static double Error(EpochMetrics epoch) => 1 - (epoch.ValidationAccuracy ?? epoch.TrainingAccuracy);

    /// <summary>Gets the epoch with the lowest error; of equal ones that with the lowest loss, then the first. Null before any is done.</summary>
    public static EpochMetrics? Best(IReadOnlyList<EpochMetrics> epochs) =>
        epochs.MinBy(static e => (Error(e), Finite(e.ValidationLoss ?? e.TrainingLoss), e.Epoch));

    /// <summary>Counts the epochs since the error was lower than ever before.</summary>
    public static int EpochsWithoutBetter(IReadOnlyList<EpochMetrics> epochs)
    {
        var (best, since) = (double.MaxValue, 0);
        foreach (var epoch in epochs)
        {
            var error = Error(epoch);
            (best, since) = error < best ? (error, 0) : (best, since + 1);
        }

        return since;
    }

    /// <summary>What is no number sorts before all numbers, but is worse than any.</summary>
    private static double Finite(double loss) => double.IsNaN(loss) ? double.PositiveInfinity : loss;
}
