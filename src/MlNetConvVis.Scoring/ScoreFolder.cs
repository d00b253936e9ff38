using System.Globalization;
using System.Text.Json;
using MlNetConvVis.Data;

namespace MlNetConvVis.Scoring;

/// <summary>
/// What a run leaves on disk. Every file is there whole or not at all: it is written beside its place, brought to the disk, and then given its name. Parts
/// hold rows that are done; a run that is begun again computes the parts that are missing. The summary is written last of all.
/// </summary>
internal sealed class ScoreFolder : IDisposable
{
    public const string JobName = "job.json";
    public const string RowsName = "scores.jsonl";
    public const string TableName = "scores.csv";
    public const string SummaryName = "summary.json";
    public const string PicturesName = "pictures";
    public const string PageName = "index.html";
    public const string DataName = "data";
    private const string PartsName = "parts";
    private const string ShardsName = "shards";

    private readonly FileStream _lock;

    private ScoreFolder(string path, ScoreJob job, FileStream @lock) => (Path, Job, _lock) = (path, job, @lock);

    public string Path { get; }

    /// <summary>Gets the job as it was begun.</summary>
    public ScoreJob Job { get; }

    public string Pictures => In(PicturesName);

    public int Parts => (Rows.Count + Job.PartRows - 1) / Job.PartRows;

    /// <summary>Gets the rows of this folder's shard.</summary>
    public (int First, int Count) Rows => Job.Part.Of(Job.Images);

    /// <summary>Gets the folder of a shard below the folder of results.</summary>
    public static string OfShard(string results, Shard shard) => !shard.IsPart ? results : System.IO.Path.Combine(results, ShardsName,
        string.Create(CultureInfo.InvariantCulture, $"{shard.Number:0000}-of-{shard.Count:0000}"));

    /// <summary>Gets the folders of all shards that were begun.</summary>
    public static string[] ShardsIn(string results) => System.IO.Path.Combine(results, ShardsName) is var all && Directory.Exists(all)
        ? [.. Directory.GetDirectories(all).Order(StringComparer.Ordinal)] : [];

    /// <summary>Opens a folder for one run at a time, and takes away what a killed process left half written.</summary>
    /// <exception cref="ScoreException">It holds another run's results, or another process works in it.</exception>
    public static ScoreFolder Open(string path, ScoreJob job)
    {
        Directory.CreateDirectory(path);
        var @lock = Lock(path);
        try
        {
            var file = System.IO.Path.Combine(path, JobName);
            RemoveHalfWritten(path);
            var earlier = ScoreJob.TryRead(file);
            if (earlier is null && File.Exists(file))
                throw new ScoreException($"'{file}' is no description of a scoring run that this program knows. Take another --out folder.");
            if (earlier is not null && job.DifferenceFrom(earlier) is { } difference)
            {
                throw new ScoreException(
                    $"'{path}' holds the results of another run: {difference}. Run it as it was begun, or take another --out folder.");
            }

            if (earlier is null) DurableFile.Write(file, stream => stream.Write(job.ToBytes()));
            return new ScoreFolder(path, earlier ?? job, @lock);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public string PartFile(int part) => System.IO.Path.Combine(Path, PartsName, string.Create(CultureInfo.InvariantCulture, $"{part:D7}.jsonl"));

    public void WritePart(int part, ReadOnlyMemory<byte> rows) => DurableFile.Write(PartFile(part), stream => stream.Write(rows.Span));

    /// <summary>Gets the first row and the number of rows of a part.</summary>
    public (int First, int Count) RowsOf(int part)
    {
        var first = part * Job.PartRows;
        return (Rows.First + first, Math.Min(Job.PartRows, Rows.Count - first));
    }

    /// <summary>Gets the parts that are not there.</summary>
    public int[] MissingParts() => [.. Enumerable.Range(0, Parts).Where(p => !File.Exists(PartFile(p)))];

    /// <summary>Reads all rows that are done, in order.</summary>
    /// <exception cref="ScoreException">A part is damaged.</exception>
    public IEnumerable<ScoredRow> ReadRows()
    {
        for (var part = 0; part < Parts; part++)
        {
            var (first, count) = RowsOf(part);
            foreach (var row in RowFile.Read(PartFile(part), first, count)) yield return row;
        }
    }

    public void Finish(ScoreSummary summary)
    {
        DurableFile.Write(In(SummaryName), stream => stream.Write(summary.ToBytes()));
        RemoveParts();
    }

    /// <summary>Gets what a finished run came to, and takes away parts that are of no use any more; null where the run is not finished.</summary>
    public ScoreSummary? Finished()
    {
        if (ScoreSummary.TryRead(In(SummaryName)) is not { } summary || !File.Exists(In(RowsName))) return null;
        RemoveParts();
        return summary;
    }

    public void Dispose() => _lock.Dispose();

    private void RemoveParts()
    {
        if (Directory.Exists(In(PartsName))) Directory.Delete(In(PartsName), recursive: true);
    }

    /// <summary>Only files of ours: the folder may hold others.</summary>
    private static void RemoveHalfWritten(string path)
    {
        string[] names = [JobName, RowsName, TableName, SummaryName, PageName];
        var own = Directory.EnumerateFiles(path, "*.tmp").Where(f => names.Any(n => System.IO.Path.GetFileName(f).StartsWith(n + ".", StringComparison.Ordinal)));
        var below = new[] { PartsName, PicturesName, DataName }.Select(n => System.IO.Path.Combine(path, n)).Where(Directory.Exists)
            .SelectMany(static d => Directory.EnumerateFiles(d, "*.tmp", SearchOption.AllDirectories));
        foreach (var left in own.Concat(below).ToArray()) File.Delete(left);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScoreException(
                $"'{path}' cannot be used: {e.Message.TrimEnd('.')}. If another run works in it, wait for it, or take another --out folder.", e);
        }
    }
}
