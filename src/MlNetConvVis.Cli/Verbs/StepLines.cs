using MlNetConvVis.Cli.Output;
using MlNetConvVis.Pipelines;

namespace MlNetConvVis.Cli.Verbs;

/// <summary>A line when a step begins and one when it ends; the bar shows what happens between.</summary>
internal sealed class StepLines(WorkProgress progress) : IPipelineObserver
{
    private string _place = "";

    public void Started(PipelineStep step, int number, int steps)
    {
        _place = $"{number}/{steps}";
        progress.Report(0, $"{_place} {step.Title}");
    }

    public void Progressed(double share, string status) => progress.Report(share, $"{_place} {status}");

    public void Noted(string note) => progress.Note($"     {note}");

    public void Finished(PipelineStep step, string summary, bool wasDone) =>
        progress.Note($"{_place}  {step.Title}{(wasDone ? " (done before)" : "")}: {summary}");
}
