using MlNetConvVis.Cli.Output;
using MlNetConvVis.Scoring;

namespace MlNetConvVis.Cli.Verbs.Score;

/// <summary>Says what a scoring run, or the joining of shards, came to.</summary>
internal static class ScoreReport
{
    public static void Write(bool asJson, Terminal terminal, ScoreResult result, double seconds, Shard shard)
    {
        var summary = result.Summary;
        if (asJson)
        {
            terminal.Json(new ScoreJson(result.Folder, shard.ToString(), result.Provider, summary.Rows, result.Computed, summary.Broken, summary.Pictures,
                summary.Right, seconds, summary.Sha256));
            return;
        }

        var earlier = summary.Rows - result.Computed;
        var speed = result.Computed > 0 && seconds > 0 ? FormattableString.Invariant($", {result.Computed / seconds:0.0} a second all in all") : "";
        terminal.Line($"{summary.Rows:N0} {Counted.Named(summary.Rows, "row")} in {result.Folder}{(shard.IsPart ? $" (shard {shard})" : "")}{speed}");
        if (earlier > 0 && result.Computed > 0) terminal.Line($"{earlier:N0} of them were there from earlier runs.");
        if (summary.Right is { } right && summary.Rows > summary.Broken)
        {
            var read = summary.Rows - summary.Broken;
            terminal.Line($"{right:N0} of {read:N0} are recognised as what the collection has them for ({(double)right / read:0.0%})");
        }

        if (summary.Broken > 0) terminal.Line($"{Counted.Of(summary.Broken, "image")} could not be read; the rows say why.");
        if (summary.Pictures > 0) terminal.Line($"{Counted.Of(summary.Pictures, "picture")} in {Path.Combine(result.Folder, "pictures")}");
        if (!shard.IsPart) terminal.Line($"Open {Path.Combine(result.Folder, "index.html")}");
    }
}

/// <summary>What <c>score --json</c> and <c>merge --json</c> say.</summary>
internal sealed record ScoreJson(
    string Out, string Shard, string Provider, int Rows, int Computed, int Broken, int Pictures, int? Right, double Seconds, string Sha256);

/// <summary>Progress of scoring as lines or a bar: scoring and drawing each fill it once.</summary>
internal sealed class ScoreProgressLines(WorkProgress progress) : IProgress<ScoreProgress>
{
    public void Report(ScoreProgress value) => progress.Report(
        (double)value.Done / Math.Max(1, value.Total), FormattableString.Invariant($"{value.Doing} {value.Done:N0} of {value.Total:N0}"));
}
