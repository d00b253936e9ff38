using System.Diagnostics;
using MlNetConvVis.Data;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Scoring;

/// <summary>Real processes, killed at random points, and begun again.</summary>
public sealed class KilledScoringTests : IDisposable
{
    private const int Images = 2000;
    private const int PartRows = 5;
    private const int Pictures = 60;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scoring_killed_again_and_again_ends_with_the_bytes_of_an_uninterrupted_run() => Kill(times: 4, seed: 3);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Scoring_killed_twenty_times_ends_with_the_bytes_of_an_uninterrupted_run() => Kill(times: 20, seed: 2013);

    /// <summary>Shards are killed too, and their joining: it is begun again like everything else.</summary>
    [Fact]
    public void Shards_and_their_joining_killed_end_with_the_bytes_of_one_run()
    {
        WriteData();
        CommandLineRun.Of([.. Arguments("straight")]).AssertSucceeded();
        var random = new SplitMix64(5);
        for (var shard = 1; shard <= 2; shard++)
        {
            string[] arguments = [.. Arguments("sharded"), "--shard", $"{shard}/2"];
            var folder = In("sharded", "shards", $"000{shard}-of-0002");
            Assert.True(KilledAt(arguments, folder, Done(folder) + 20 + random.Below(60), random));
            CommandLineRun.Of(arguments).AssertSucceeded();
        }

        using (var process = ProgramProcess.Start("merge", In("sharded")))
        {
            while (!process.HasExited && !File.Exists(In("sharded", "job.json"))) Thread.Sleep(1);
            Thread.Sleep(random.Below(20));
            process.Kill();
            process.WaitForExit();
        }

        CommandLineRun.Of("merge", In("sharded")).AssertSucceeded();
        ScoreFolders.AssertEqual(In("straight"), In("sharded"));
    }

    /// <summary>Each time the process is killed when it has come to a drawn point and a drawn pause has passed; so it dies in the network, in the middle of a file,
    /// or between two; and at last while pictures are drawn, and while results are put together.</summary>
    private void Kill(int times, ulong seed)
    {
        WriteData();
        CommandLineRun.Of([.. Arguments("straight")]).AssertSucceeded();
        var (random, parts) = (new SplitMix64(seed), Images / PartRows);
        int[] points = [.. Enumerable.Range(0, times).Select(_ => random.Below(parts * 3 / 4)).Order()];
        foreach (var point in points) Assert.True(KilledAt(Arguments("killed"), In("killed"), point, random), "it was done before it was killed");
        Assert.False(File.Exists(In("killed", "summary.json")));
        Assert.InRange(Done(In("killed")), 1, parts - 1);
        KilledAt(Arguments("killed"), In("killed"), parts + (Pictures / 4), random);
        KilledAt(Arguments("killed"), In("killed"), parts + Pictures, random);

        using (var last = ProgramProcess.Start(Arguments("killed"))) Assert.Equal(0, ProgramProcess.Ended(last));
        ScoreFolders.AssertEqual(In("straight"), In("killed"));
        Assert.Equal(Enumerable.Range(0, Images).Select(static i => $"{i},{i:0000}.png"),
            ScoreFolders.Table(In("killed")).Skip(1).Select(static l => string.Join(',', l.Split(',').Take(2))));
    }

    /// <summary>Starts the program, and kills it soon after so many parts and pictures are there.</summary>
    /// <returns>Whether it was still at work.</returns>
    private static bool KilledAt(IEnumerable<string> arguments, string folder, int point, SplitMix64 random)
    {
        using var process = ProgramProcess.Start(arguments);
        while (!process.HasExited && Done(folder) < point) Thread.Sleep(1);
        Thread.Sleep(random.Below(12));
        var isAtWork = !process.HasExited;
        process.Kill();
        process.WaitForExit();
        return isAtWork;
    }

    private static int Done(string folder) => new[] { "parts", "pictures" }.Select(n => Path.Combine(folder, n)).Where(Directory.Exists)
        .Sum(static d => Directory.GetFiles(d, "*", SearchOption.AllDirectories).Count(static f => !f.EndsWith(".tmp", StringComparison.Ordinal)));

    private IReadOnlyList<string> Arguments(string run) =>
    [
        "score", "--model", In("tiny.onnx"), "--images", In("photos"), "--out", In(run), "--part", $"{PartRows}", "--visualize", "block/relu",
        "--pictures", $"least:{Pictures}", "--threads", "1", "--device", "cpu",
    ];

    private void WriteData()
    {
        TinyModel.Write(_folder);
        byte[][] photos = [.. Enumerable.Range(0, 16).Select(i => File.ReadAllBytes(TinyModel.WritePhoto(_folder, "one.png", i * 4)))];
        for (var i = 0; i < Images; i++) _folder.Write($"photos/{i:0000}.png", i % 100 == 99 ? photos[0].AsSpan(0, 40) : photos[i * 7 % 16]);
    }

    private string In(params string[] parts) => Path.Combine([_folder.Path, .. parts]);
}
