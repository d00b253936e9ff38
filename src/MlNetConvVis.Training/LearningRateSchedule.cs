using System.ComponentModel.DataAnnotations;

namespace MlNetConvVis.Training;

/// <summary>How the learning rate moves through training.</summary>
public enum LearningRateShape
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It is multiplied with a factor every so many epochs.</summary>
    Step,

    /// <summary>It falls to nearly nothing along half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>It rises for <see cref="LearningRateSchedule.RisingPart"/> of the time, then falls along half a cosine (Smith and Topin 2018).</summary>
    OneCycle,

    /// <summary>It is multiplied with a factor when the validation error stops falling: what the paper did by hand.</summary>
    Plateau,
}

/// <summary>The learning rate as a function of how far training has come. Immutable.</summary>
public sealed record LearningRateSchedule
{
    /// <summary>Gets the shape.</summary>
    /// <value>The default is <see cref="LearningRateShape.Cosine"/>.</value>
    public LearningRateShape Shape { get; init; } = LearningRateShape.Cosine;

    /// <summary>Gets the highest rate.</summary>
    /// <value>The default is 0.02.</value>
    [Range(1e-8, 100)]
    public float Peak { get; init; } = 0.02f;

    /// <summary>Gets the rate at the end as a part of the highest, for falling shapes.</summary>
    /// <value>The default is 0.001.</value>
    [Range(0, 1)]
    public float FinalPart { get; init; } = 0.001f;

    /// <summary>Gets for how many epochs the rate rises in a straight line at the beginning; not for <see cref="LearningRateShape.OneCycle"/>, which rises by
    /// itself.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1000)]
    public float WarmUpEpochs { get; init; }

    /// <summary>Gets the part of a one-cycle that rises.</summary>
    /// <value>The default is 0.25.</value>
    [Range(0.01, 0.99)]
    public float RisingPart { get; init; } = 0.25f;

    /// <summary>Gets the number of epochs between steps, or without a better validation error before a plateau is left.</summary>
    /// <value>The default is 10.</value>
    [Range(1, 10_000)]
    public int StepEpochs { get; init; } = 10;

    /// <summary>Gets the factor of a step.</summary>
    /// <value>The default is 0.1.</value>
    [Range(0.001, 1)]
    public float Factor { get; init; } = 0.1f;

    /// <summary>Works out the rate.</summary>
    /// <param name="progress">How many epochs are done, a part of one counted as that part.</param>
    /// <param name="epochs">How many there will be.</param>
    /// <param name="finished">What came of the finished ones; only <see cref="LearningRateShape.Plateau"/> asks.</param>
    /// <returns>The rate of the next step.</returns>
    public float At(double progress, int epochs, IReadOnlyList<EpochMetrics> finished)
    {
        ArgumentNullException.ThrowIfNull(finished);
        if (Shape == LearningRateShape.OneCycle) return OneCycle(progress / epochs);
        var warm = Math.Min(WarmUpEpochs, epochs);
        if (progress < warm) return (float)(Peak * Math.Max(progress / warm, FinalPart));
        return Shape switch
        {
            LearningRateShape.Step => (float)(Peak * Math.Pow(Factor, Math.Floor(progress / StepEpochs))),
            LearningRateShape.Cosine => Falling((progress - warm) / Math.Max(epochs - warm, 1e-9)),
            LearningRateShape.Plateau => (float)(Peak * Math.Pow(Factor, Plateaus(finished))),
            _ => Peak,
        };
    }

    private float OneCycle(double part) => part < RisingPart
        ? (float)(Peak * (0.04 + (0.96 * part / RisingPart)))      // from a 25th, as Smith and Topin chose
        : Falling((part - RisingPart) / (1 - RisingPart));

    private float Falling(double part) =>
        (float)(Peak * (FinalPart + ((1 - FinalPart) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(part, 0, 1))))));

    /// <summary>Counts how often the error (of training, where nothing is validated) did not improve for that many epochs.</summary>
    private int Plateaus(IReadOnlyList<EpochMetrics> finished)
    {
        var (best, since, count) = (double.MaxValue, 0, 0);
        foreach (var epoch in finished)
        {
            var error = ValidationTrend.Error(epoch);
            if (error < best) (best, since) = (error, 0);
            else if (++since == StepEpochs) (since, count) = (0, count + 1);
        }

        return count;
    }
}
