using MlNetConvVis.Features;

namespace MlNetConvVis.Scoring;

/// <summary>What a run, or the joining of shards, came to.</summary>
/// <param name="Folder">Where the results are.</param>
/// <param name="Provider">What computed.</param>
/// <param name="Computed">How many rows were computed just now; the others were there from earlier runs.</param>
/// <param name="Summary">What all rows came to.</param>
public sealed record ScoreResult(string Folder, string Provider, int Computed, ScoreSummary Summary);

/// <summary>How far a run is.</summary>
/// <param name="Doing">What is done: "Scoring", "Drawing" or "Writing".</param>
/// <param name="Done">How many are done.</param>
/// <param name="Total">How many there are.</param>
public readonly record struct ScoreProgress(string Doing, int Done, int Total);

/// <summary>Scores a collection: a row of the most probable labels for every image, pictures of chosen rows, a page to look through them.</summary>
public static class ScoreRun
{
    /// <summary>Scores images, or goes on where an earlier call of the same job was stopped or killed.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <param name="list">The images.</param>
    /// <param name="folder">Where the results go; a shard's into a folder below it.</param>
    /// <param name="options">What is written, and how it is computed.</param>
    /// <param name="progress">Hears how far it is; null for none.</param>
    /// <param name="cancellation">Stops the work; what is done stays.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="ScoreException">The folder holds another run's results, or another process works in it.</exception>
    /// <exception cref="Graph.GraphException">The network has no scores, or the layer cannot be projected.</exception>
    public static ScoreResult Run(
        ConvNet net, ScoreList list, string folder, ScoreOptions? options = null, IProgress<ScoreProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(list);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ScoreOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopLabels, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartRows, 1, nameof(options));
        using var pictures = options.Pictures is { } wanted ? new ScorePictures(net, wanted, options) : null;      // first of all: its refusals cost least
        using var pass = new ScorePass(net, list, options);
        using var results = ScoreFolder.Open(ScoreFolder.OfShard(folder, options.Shard), ScoreJob.Of(net, list, options, pass.Provider));
        if (results.Finished() is { } finished) return new ScoreResult(results.Path, pass.Provider, 0, finished);
        var missing = results.MissingParts().Sum(p => results.RowsOf(p).Count);
        pass.Run(results, Progress("Scoring", results.Rows.Count), cancellation);
        if (pictures is not null)
        {
            var rows = Chosen(results.ReadRows(), options.Pictures!.Choice);
            pictures.Draw(list, rows, results, Progress("Drawing", rows.Length), cancellation);
        }

        var summary = ScoreFiles.Write(results, results.ReadRows(), pictures is null ? new Dictionary<int, string>() : PictureFiles.In(results.Path));
        results.Finish(summary);
        return new ScoreResult(results.Path, pass.Provider, missing, summary);

        IProgress<int>? Progress(string doing, int total) => progress is null ? null : new Forward(n => progress.Report(new ScoreProgress(doing, n, total)));
    }

    internal static int[] Chosen(IEnumerable<ScoredRow> rows, PictureChoice choice)
    {
        var selection = new RowSelection(choice);
        foreach (var row in rows) selection.Add(row);
        return selection.Rows();
    }

    private sealed class Forward(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
