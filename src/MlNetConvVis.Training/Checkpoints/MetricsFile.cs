using System.Globalization;
using System.Text;
using MlNetConvVis.Data;

namespace MlNetConvVis.Training;

/// <summary>Writes <c>metrics.csv</c>: one row an epoch.</summary>
internal static class MetricsFile
{
    public static void Write(string folder, IEnumerable<EpochMetrics> epochs)
    {
        var text = new StringBuilder("epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,validation_top5,")
            .Append("seconds,images_per_second\n");
        foreach (var e in epochs)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{e.Epoch},{e.LearningRate:G6},{e.TrainingLoss:G6},{e.TrainingAccuracy:G6},{e.ValidationLoss:G6}," +
                $"{e.ValidationAccuracy:G6},{e.ValidationTop5:G6},{e.Seconds:F2},{e.ImagesPerSecond:F1}\n");
        }

        DurableFile.Write(Path.Combine(folder, "metrics.csv"), stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
