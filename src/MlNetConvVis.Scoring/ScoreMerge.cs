using System.Globalization;
using System.Security.Cryptography;
using MlNetConvVis.Data;

namespace MlNetConvVis.Scoring;

/// <summary>Joins the shards of one list to what a single run would have written, byte for byte.</summary>
public static class ScoreMerge
{
    private const int FewNamed = 8;

    /// <summary>Joins shards.</summary>
    /// <param name="folder">The folder that the shards were scored into.</param>
    /// <param name="into">Where the joined results go; null for the same folder.</param>
    /// <returns>What all rows came to; none were computed.</returns>
    /// <exception cref="ScoreException">Shards are missing, not finished, damaged, or not of one job.</exception>
    public static ScoreResult Run(string folder, string? into = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var shards = Opened(folder);
        try
        {
            var job = shards[0].Folder.Job with { Shard = 1, Shards = 1 };
            using var results = ScoreFolder.Open(into ?? folder, job);
            if (results.Finished() is { } finished) return new ScoreResult(results.Path, job.Provider, 0, finished);
            IEnumerable<ScoredRow> Rows() => shards.SelectMany(static s => s.Rows());
            var pictures = PictureChoice.Parse(job.Choice) is { } choice
                ? Copied(shards, ScoreRun.Chosen(Rows(), choice).ToHashSet(), results.Path) : new Dictionary<int, string>();
            var summary = ScoreFiles.Write(results, Rows(), pictures);
            results.Finish(summary);
            return new ScoreResult(results.Path, job.Provider, 0, summary);
        }
        finally
        {
            foreach (var shard in shards) shard.Folder.Dispose();
        }
    }

    private static List<FinishedShard> Opened(string folder)
    {
        var found = Found(folder);
        var shards = new List<FinishedShard>();
        try
        {
            foreach (var (path, job) in found)
            {
                var opened = ScoreFolder.Open(path, job);
                shards.Add(new FinishedShard(opened, opened.Finished()!));
                shards[^1].Check();
            }

            return shards;
        }
        catch
        {
            foreach (var shard in shards) shard.Folder.Dispose();
            throw;
        }
    }

    /// <summary>Finds the shards in order, and refuses what does not fit, naming all of it.</summary>
    private static List<(string Path, ScoreJob Job)> Found(string folder)
    {
        var found = new SortedDictionary<int, (string Path, ScoreJob Job)>();
        foreach (var path in ScoreFolder.ShardsIn(folder))
        {
            if (ScoreJob.TryRead(Path.Combine(path, ScoreFolder.JobName)) is not { } job) continue;
            var first = found.Count > 0 ? found.First().Value : (path, job);
            if (job.Shards != first.Item2.Shards)
                throw new ScoreException($"'{first.Item1}' is one of {first.Item2.Shards} shards, '{path}' one of {job.Shards}. Take the folders of the other division away.");
            if (job.DifferenceFrom(first.Item2) is { } difference)
                throw new ScoreException($"The shards '{first.Item1}' (there) and '{path}' (here) are not of one run: {difference}. Score one of them anew.");
            found[job.Shard] = (path, job);
        }

        if (found.Count == 0) throw new ScoreException($"'{folder}' holds no shards; a folder that 'score --shard I/N --out' wrote into was wanted.");
        var count = found.First().Value.Job.Shards;
        int[] missing = [.. Enumerable.Range(1, count).Where(n => !found.TryGetValue(n, out var shard) || !File.Exists(Path.Combine(shard.Path, ScoreFolder.SummaryName)))];
        return missing.Length == 0 ? [.. found.Values] : throw new ScoreException(
            $"Of {count} shards in '{folder}' {missing.Length} {(missing.Length == 1 ? "is" : "are")} not finished: {Named(missing)}. " +
            $"Run 'score --shard {missing[0]}/{count}' with the same options{(missing.Length > 1 ? ", and so for the others" : "")}; it goes on where it was.");
    }

    private static string Named(int[] numbers) => string.Join(", ", numbers.Take(FewNamed).Select(static n => n.ToString(CultureInfo.InvariantCulture)))
        + (numbers.Length > FewNamed ? ", ..." : "");

    private static Dictionary<int, string> Copied(List<FinishedShard> shards, HashSet<int> rows, string into)
    {
        var copied = new Dictionary<int, string>();
        var there = PictureFiles.In(into);
        foreach (var (from, row, name) in shards.SelectMany(static s => PictureFiles.In(s.Folder.Path).Select(p => (s.Folder.Path, p.Key, p.Value))))
        {
            if (!rows.Contains(row)) continue;
            copied[row] = name;
            if (there.ContainsKey(row)) continue;
            var target = Path.Combine(into, name);
            DurableFile.Write(target, stream =>
            {
                using var source = File.OpenRead(Path.Combine(from, name));
                source.CopyTo(stream);
            });
        }

        return copied;
    }

    private sealed record FinishedShard(ScoreFolder Folder, ScoreSummary Summary)
    {
        private string RowsFile => Folder.In(ScoreFolder.RowsName);

        public IEnumerable<ScoredRow> Rows() => RowFile.Read(RowsFile, Folder.Rows.First, Folder.Rows.Count);

        /// <summary>Refuses rows that are not those that were written.</summary>
        public void Check()
        {
            using var file = File.OpenRead(RowsFile);
            if (Convert.ToHexStringLower(SHA256.HashData(file)) == Summary.Sha256) return;
            throw new ScoreException($"'{RowsFile}' was changed since its shard was finished. Delete '{Folder.Path}' and score that shard anew.");
        }
    }
}
