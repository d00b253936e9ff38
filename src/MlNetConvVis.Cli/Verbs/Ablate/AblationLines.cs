using System.Globalization;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Ablate;

/// <summary>Shows an ablation: every step moves the bar, every row that is done leaves a line.</summary>
internal sealed class AblationLines(WorkProgress progress, int width) : IProgress<AblationProgress>
{
    public void Report(AblationProgress value)
    {
        if (value.Training is { } t)
        {
            var share = (value.Index + ((t.Epoch - 1 + ((double)t.Step / t.Steps)) / t.Epochs)) / value.Rows;
            var row = $"{value.Row.Title} (row {value.Index + 1} of {value.Rows})";
            progress.Report(share, string.Create(CultureInfo.InvariantCulture,
                $"{row}: epoch {t.Epoch} of {t.Epochs}, loss {t.Loss:0.00}, {t.ImagesPerSecond:0} photos a second"));
        }

        if (value.Finished is { } done)
        {
            var what = done.Errors is { } errors
                ? string.Create(CultureInfo.InvariantCulture, $"training {errors.Training,5:0.0} %, top 1 {errors.Top1,5:0.0} %") : done.Problem;
            progress.Note($"{done.Row.Title.PadRight(width)}  {what}");
        }
    }
}
