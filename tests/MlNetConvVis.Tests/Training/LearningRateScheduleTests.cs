using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(LearningRateShape.Constant, 0, 5, 0.4)]
    [InlineData(LearningRateShape.Constant, 2, 1, 0.2)]
    [InlineData(LearningRateShape.Step, 0, 3.9, 0.4)]
    [InlineData(LearningRateShape.Step, 0, 4, 0.2)]
    [InlineData(LearningRateShape.Step, 0, 9, 0.1)]
    [InlineData(LearningRateShape.Cosine, 0, 0, 0.4)]
    [InlineData(LearningRateShape.Cosine, 0, 5, 0.22)]              // half of the way from 0.4 to a tenth of it
    [InlineData(LearningRateShape.Cosine, 2, 6, 0.22)]
    [InlineData(LearningRateShape.Cosine, 0, 10, 0.04)]
    [InlineData(LearningRateShape.OneCycle, 0, 0, 0.016)]
    [InlineData(LearningRateShape.OneCycle, 0, 2.5, 0.4)]
    [InlineData(LearningRateShape.OneCycle, 0, 6.25, 0.22)]
    public void Rates_are_those_worked_out_by_hand(LearningRateShape shape, float warmUp, double progress, double expected)
    {
        var schedule = new LearningRateSchedule { Shape = shape, Peak = 0.4f, FinalPart = 0.1f, WarmUpEpochs = warmUp, StepEpochs = 4, Factor = 0.5f };
        Assert.Equal(expected, schedule.At(progress, 10, []), 1e-6);
    }

    [Fact]
    public void The_rate_falls_when_the_validation_error_stops_falling()
    {
        var schedule = new LearningRateSchedule { Shape = LearningRateShape.Plateau, Peak = 1, StepEpochs = 2, Factor = 0.1f };
        float After(params double[] accuracies) =>
            schedule.At(accuracies.Length, 100, [.. accuracies.Select(static (a, i) => new EpochMetrics(i + 1, 1, 1, 0.5, 1, a, 1, 1))]);
        Assert.Equal(1, After(0.5, 0.6, 0.6), 1e-6);
        Assert.Equal(0.1, After(0.5, 0.6, 0.6, 0.6), 1e-6);
        Assert.Equal(0.1, After(0.5, 0.6, 0.6, 0.6, 0.6), 1e-6);
        Assert.Equal(0.01, After(0.5, 0.6, 0.6, 0.6, 0.6, 0.6), 1e-6);
        Assert.Equal(0.1, After(0.5, 0.6, 0.6, 0.6, 0.7, 0.7), 1e-6);
    }
}
