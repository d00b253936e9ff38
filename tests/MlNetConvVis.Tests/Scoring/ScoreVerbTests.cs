using System.Formats.Tar;
using System.Text.Json;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Scoring;

public sealed class ScoreVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Photo with offset o: the means of the 2x2 maxima are 22 + 100c + o; so blue wins, and green has e^-100.</summary>
    [Fact]
    public void Rows_hold_labels_probabilities_and_what_went_wrong()
    {
        WriteCollection();
        var run = Score("out");
        Assert.Equal(0, run.Code);
        var table = ScoreFolders.Table(In("out"));
        Assert.Equal("row,file,given,class1,label1,probability1,class2,label2,probability2,picture,error", table[0]);
        Assert.Equal("0,blue/a.png,blue,2,blue,1,1,green,3.72008E-44,,", table[1]);
        Assert.StartsWith("1,blue/broken.png,blue,,,,,,,,", table[2], StringComparison.Ordinal);
        Assert.Contains("broken.png'", table[2].Split(",,,,,,,,")[1], StringComparison.Ordinal);
        Assert.StartsWith("2,red/c.png,red,2,blue,1,", table[3], StringComparison.Ordinal);
        Assert.Equal(4, table.Length);
        Assert.Contains("1 image could not be read", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 are recognised", run.Output, StringComparison.Ordinal);
        var lines = File.ReadAllLines(In("out/scores.jsonl")).Select(static l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal([0, 1, 2], lines.Select(static l => l.GetProperty("row").GetInt32()));
        Assert.Equal("blue", lines[0].GetProperty("labels")[0].GetProperty("name").GetString());
        Assert.True(lines[1].TryGetProperty("error", out _) && !lines[1].TryGetProperty("labels", out _));
    }

    [Fact]
    public void Threads_change_nothing()
    {
        for (var i = 0; i < 60; i++) TinyModel.WritePhoto(_folder, $"many/{i:00}.png", i * 3);
        _folder.Write("many/31x.png", "no picture");
        TinyModel.Write(_folder);
        foreach (var threads in new[] { "1", "3", "8" })
            Assert.Equal(0, Score($"out{threads}", "many", "--threads", threads, "--part", "7").Code);
        ScoreFolders.AssertEqual(In("out1"), In("out3"));
        ScoreFolders.AssertEqual(In("out1"), In("out8"));
    }

    [Fact]
    public void Archives_lists_and_tables_give_the_rows_of_the_folder()
    {
        WriteCollection();
        File.Delete(In("photos/blue/broken.png"));
        TarFile.CreateFromDirectory(In("photos"), In("photos.tar"), includeBaseDirectory: false);
        _folder.Write("list.txt", "photos/blue/a.png\tblue\nphotos/red/c.png\tred\n");
        _folder.Write("table.csv", "note,path,label\n\"x, y\",photos/blue/a.png,blue\n,photos/red/c.png,red\n");
        Assert.Equal(0, Score("out").Code);
        var expected = ScoreFolders.Table(In("out"));
        foreach (var source in new[] { "photos.tar", "list.txt", "table.csv" })
        {
            Assert.Equal(0, Score("out-" + source, source).Code);
            Assert.Equal(expected, ScoreFolders.Table(In("out-" + source)).Select(static l => l.Replace("photos/", "", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_finished_run_is_not_done_again()
    {
        WriteCollection();
        Score("out").AssertSucceeded();
        var written = File.GetLastWriteTimeUtc(In("out/scores.jsonl"));
        var again = Score("out", "photos", "--json").AssertJson();
        Assert.Equal((0, 3), (again.GetProperty("computed").GetInt32(), again.GetProperty("rows").GetInt32()));
        Assert.Equal(written, File.GetLastWriteTimeUtc(In("out/scores.jsonl")));
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes()
    {
        for (var i = 0; i < 40; i++) TinyModel.WritePhoto(_folder, $"photos/{i:00}.png", i * 3);
        TinyModel.Write(_folder);
        string[] options = ["--part", "3", "--visualize", "block/relu", "--pictures", "least:5"];
        Score("straight", "photos", options).AssertSucceeded();
        Score("stopped", "photos", options).AssertSucceeded();
        foreach (var late in new[] { "summary.json", "scores.jsonl", "scores.csv", "index.html" }) File.Delete(In("stopped", late));
        Directory.CreateDirectory(In("stopped/parts"));      // as if it had been killed in part 1 and before the last pictures
        File.WriteAllLines(In("stopped/parts/0000000.jsonl"), File.ReadLines(In("straight/scores.jsonl")).Take(3));
        _folder.Write("stopped/parts/0000001.jsonl.4711.tmp", "{\"row\":3,\"fi");
        foreach (var picture in Directory.GetFiles(In("stopped/pictures"), "*.png", SearchOption.AllDirectories).Skip(2)) File.Delete(picture);
        var run = Score("stopped", "photos", [.. options, "--json"]).AssertJson();
        Assert.Equal(37, run.GetProperty("computed").GetInt32());
        ScoreFolders.AssertEqual(In("straight"), In("stopped"));
    }

    [Fact]
    public void Another_model_list_or_option_is_refused_by_name()
    {
        WriteCollection();
        Score("out").AssertSucceeded();
        Score("out", "photos", "--top-labels", "3").AssertRefused("another run", "--top-labels (2 there, 3 here)");
        Score("out", "photos", "--mean", "7").AssertRefused("how photos become its input");
        Score("out", "photos", "--visualize", "block/relu").AssertRefused("--visualize", "none there", "block/relu, least:100, unit, rule paper here");
        Score("out", "photos", "--part", "9").AssertRefused("--part (1000 there, 9 here)");
        TinyModel.WritePhoto(_folder, "photos/red/d.png");
        Score("out").AssertRefused("the list of images (3 images", "4 images");
        File.Delete(In("photos/red/d.png"));
        TinyModel.WriteNegative(_folder, "tiny.onnx");
        Score("out").AssertRefused("the model (tiny.onnx, SHA-256");
        Assert.Equal(4, ScoreFolders.Table(In("out")).Length);
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        WriteCollection();
        Score("out", "photos", "--shard", "5/4").AssertRefused("--shard is '5/4'");
        Score("out", "photos", "--pictures", "all").AssertRefused("--visualize");
        Score("out", "photos", "--visualize", "block/relu", "--pictures", "few").AssertRefused("--pictures is 'few'");
        Score("out", "photos", "--visualize", "nothing").AssertRefused("nothing");
        Score("out", "photos", "--shards", "4").AssertRefused("--shard I/N");
        Score("out", "nowhere").AssertRefused("nowhere");
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void Only_one_run_at_a_time_works_in_a_folder()
    {
        WriteCollection();
        Directory.CreateDirectory(In("out"));
        using var other = new FileStream(In("out/.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Score("out").AssertRefused("another run works in it");
    }

    [Theory]
    [InlineData("all", 2)]
    [InlineData("least:1", 1)]
    [InlineData("class:1", 1)]
    public void Chosen_rows_have_pictures(string which, int count)
    {
        WriteCollection();
        Score("out", "photos", "--visualize", "block/relu", "--pictures", which).AssertSucceeded();
        var pictures = File.ReadAllLines(In("out/scores.jsonl")).Select(static l => JsonDocument.Parse(l).RootElement)
            .Where(static l => l.TryGetProperty("picture", out _)).Select(static l => l.GetProperty("picture").GetString()!).ToArray();
        Assert.Equal(count, pictures.Length);
        Assert.Equal(count, Directory.GetFiles(In("out/pictures"), "*", SearchOption.AllDirectories).Length);
        var picture = MlNetConvVis.Imaging.ImageLoader.Read(In("out", pictures[0]));
        Assert.Equal((324, 160), (picture.Width, picture.Height));      // twice 4 pixels enlarged to 160, and a gap of 4
        Assert.EndsWith("-map2-row3-column3.png", pictures[0], StringComparison.Ordinal);      // the brightest pixel of the strongest channel
    }

    private void WriteCollection()
    {
        TinyModel.Write(_folder);
        _folder.Write("photos/blue/broken.png", "no picture");
        Directory.CreateDirectory(In("photos/red"));
        TinyModel.WritePhoto(_folder, "photos/blue/a.png");
        TinyModel.WritePhoto(_folder, "photos/red/c.png", 5);
    }

    private CommandLineRun Score(string to, string images = "photos", params string[] more) =>
        CommandLineRun.Of([.. "score --device cpu --model".Split(' '), In("tiny.onnx"), "--images", In(images), "--out", In(to),
            .. more.Contains("--top-labels") ? Array.Empty<string>() : ["--top-labels", "2"], .. more]);

    private string In(params string[] parts) => Path.Combine([_folder.Path, .. parts]);
}
