using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Scoring;

public sealed class MergeTests : IDisposable
{
    private const int Images = 53;

    private readonly TemporaryFolder _folder = new();

    public MergeTests()
    {
        TinyModel.Write(_folder);
        for (var i = 0; i < Images; i++) TinyModel.WritePhoto(_folder, $"photos/{"abc"[i % 3]}/{i:00}.png", i * 4);
        _folder.Write("photos/b/broken.png", "no picture");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("least:7")]
    [InlineData("class:3")]
    [InlineData("all")]
    public void Shards_are_joined_to_the_bytes_of_one_run(string pictures)
    {
        string[] options = ["--visualize", "block/relu", "--pictures", pictures];
        Score("whole", options).AssertSucceeded();
        foreach (var shard in new[] { 3, 1, 4, 2 }) Score("out", [.. options, "--shard", $"{shard}/4", "--threads", $"{shard}"]).AssertSucceeded();
        Merge("out").AssertSucceeded();
        ScoreFolders.AssertEqual(In("whole"), In("out"));
        Merge("out").AssertSucceeded();
        ScoreFolders.AssertEqual(In("whole"), In("out"));
        Merge("out", "--out", In("elsewhere")).AssertSucceeded();
        ScoreFolders.AssertEqual(In("whole"), In("elsewhere"));
    }

    [Fact]
    public void More_shards_than_images_are_joined_too()
    {
        _folder.Write("list.txt", "photos/a/00.png\nphotos/b/01.png\n");
        for (var shard = 1; shard <= 3; shard++) Score("out", ["--shard", $"{shard}/3"], "list.txt").AssertSucceeded();
        Merge("out").AssertSucceeded();
        Assert.Equal(3, ScoreFolders.Table(In("out")).Length);
    }

    [Fact]
    public void Missing_and_unfinished_shards_are_named()
    {
        foreach (var shard in new[] { 1, 3, 4 }) Score("out", ["--shard", $"{shard}/4"]).AssertSucceeded();
        File.Delete(In("out/shards/0004-of-0004/summary.json"));
        Merge("out").AssertRefused("2 are not finished: 2, 4", "score --shard 2/4");
        Assert.False(File.Exists(In("out/scores.jsonl")));
        Merge("photos").AssertRefused("holds no shards");
    }

    [Fact]
    public void Shards_of_different_runs_are_refused()
    {
        Score("out", ["--shard", "1/2"]).AssertSucceeded();
        Score("out", ["--shard", "2/2", "--top-labels", "3"]).AssertSucceeded();
        Merge("out").AssertRefused("not of one run", "--top-labels (5 there, 3 here)");
        Score("other", ["--shard", "1/2"]).AssertSucceeded();
        Score("other", ["--shard", "1/3"]).AssertSucceeded();
        Merge("other").AssertRefused("one of 2 shards", "one of 3");
    }

    [Fact]
    public void A_shard_that_was_changed_is_refused()
    {
        for (var shard = 1; shard <= 2; shard++) Score("out", ["--shard", $"{shard}/2"]).AssertSucceeded();
        var rows = In("out/shards/0002-of-0002/scores.jsonl");
        File.WriteAllLines(rows, File.ReadAllLines(rows).SkipLast(1));
        Merge("out").AssertRefused("was changed since its shard was finished");
    }

    private CommandLineRun Score(string to, string[] more, string images = "photos") => CommandLineRun.Of(
        ["score", "--device", "cpu", "--model", In("tiny.onnx"), "--images", In(images), "--out", In(to), "--part", "6", .. more]);

    private CommandLineRun Merge(string folder, params string[] more) => CommandLineRun.Of(["merge", In(folder), .. more]);

    private string In(string name) => Path.Combine(_folder.Path, name);
}
