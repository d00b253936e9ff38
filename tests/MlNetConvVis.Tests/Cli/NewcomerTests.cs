using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>What newcomers stumbled over: each of these was once silent, or said something else.</summary>
public sealed class NewcomerTests : IDisposable
{
    private const string Layer = "block/pool";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_list_of_another_length_than_the_network_has_classes_is_refused()
    {
        File.WriteAllText(Out("two.txt"), "cat\ndog\n");
        CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--classes", Out("two.txt")).AssertRefused("has 3 classes, but 2 class names were given");
        var plain = TinyModel.Write(_folder, "plain.onnx", saysPreprocessing: false);
        File.WriteAllText(Out("plain.yaml"), "classes: [a, b, c, d]\n");
        CommandLineRun.Of("inspect", plain).AssertRefused("has 3 classes, but 4 class names were given");
    }

    [Theory]
    [InlineData(new[] { "--mean", "0.485,0.456,0.406" }, "is that of pixels from 0 to 1")]
    [InlineData(new[] { "--mean", "123.675,116.28,103.53", "--deviation", "0.229,0.224,0.225" }, "is that of pixels from 0 to 255, but the deviation")]
    [InlineData(new[] { "--mean", "123.675,116.28,103.53", "--deviation", "58.395,57.12,57.375" }, "")]
    [InlineData(new[] { "--scale", "0.003921569" }, "")]
    public void Mean_and_deviation_of_other_pixels_are_told_of(string[] options, string doubt)
    {
        var run = CommandLineRun.Of(["inspect", TinyModel.Write(_folder), .. options]);
        Assert.Equal(0, run.Code);
        if (doubt.Length == 0) Assert.Equal("", run.Error);
        else Assert.Contains(doubt, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Deviation_divides()
    {
        var preprocessing = CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--deviation", "2,4,5", "--json").AssertJson().GetProperty("preprocessing");
        Assert.Contains("0.5", preprocessing.GetProperty("scale").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("0.25", preprocessing.GetProperty("scale").GetRawText(), StringComparison.Ordinal);
        CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--deviation", "2", "--scale", "2").AssertRefused("both given");
        CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--deviation", "-1").AssertRefused("--deviation is '-1'");
    }

    [Fact]
    public void Nothing_is_left_behind_when_a_call_is_refused()
    {
        Project("--out", Out("new/deep/p.png"), "--layer", "nope").AssertRefused("has no layer 'nope'");
        CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--images", "/no/such", "--layer", Layer, "--out", Out("new"))
            .AssertRefused("does not exist");
        CommandLineRun.Of("visualize", "--model", TinyModel.Write(_folder), "--images", "/no/such", "--layers", Layer, "--out", Out("new"))
            .AssertRefused("does not exist");
        File.WriteAllText(Out("broken.png"), "no picture");
        CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--images", Out("broken.png"), "--layer", Layer, "--out", Out("new"));
        Assert.False(Directory.Exists(Out("new")));
    }

    [Fact]
    public void Pictures_of_an_earlier_run_are_told_of()
    {
        foreach (var name in (string[])["a", "b"]) TinyModel.WritePhoto(_folder, $"photos/{name}.png");
        Assert.Equal("", Many("photos").Error);
        Assert.Equal("", Many("photos").Error);      // the same files again are replaced
        File.Delete(Out("photos/b.png"));
        var run = Many("photos");
        Assert.Equal(0, run.Code);
        Assert.Contains("also holds 1 other file from before this run, such as '00001-b-map2.png'; it is left as it was", run.Error, StringComparison.Ordinal);
        Assert.StartsWith("1 projection of layer", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Out("out/00001-b-map2.png")));
    }

    [Fact]
    public void A_folder_in_place_of_a_photo_is_said_so() =>
        CommandLineRun.Of("project", "--model", "m.onnx", "--image", _folder.Path, "--layer", Layer, "--out", Out("p.png"))
            .AssertRefused("which is a folder", "give --images");

    [Fact]
    public void A_softmax_is_said_to_be_started_before()
    {
        var run = Project("--out", Out("p.png"), "--layer", "prob");
        Assert.Contains("prob is a softmax: projected are the scores before it, layer flat", run.Output, StringComparison.Ordinal);
        Assert.Equal("prob", Project("--out", Out("p.png"), "--layer", "prob", "--json").AssertJson().GetProperty("askedLayer").GetString());
    }

    [Fact]
    public void Names_that_begin_alike_come_first() =>
        Project("--out", Out("p.png"), "--layer", "block").AssertRefused("Near: block/pool, block/relu, block/same");

    [Theory]
    [InlineData("channel;y;x\n1;0;1\n")]
    [InlineData("channel,row,column\n1,0,1\n")]
    [InlineData("map,y,x\n1,0,1\n")]
    public void Tables_of_units_in_the_words_of_the_messages(string table)
    {
        File.WriteAllText(Out("u.csv"), table);
        var row = Project("--out", Out("u.npy"), "--layer", Layer, "--units", Out("u.csv"), "--json").AssertJson().GetProperty("projections")[0];
        Assert.Equal((1, 0, 1), (row.GetProperty("channel").GetInt32(), row.GetProperty("y").GetInt32(), row.GetProperty("x").GetInt32()));
    }

    [Theory]
    [InlineData("channel,y,x\n1,0,1\n1,9,0\n", "row 2: Unit (channel 1, y 9, x 0) is outside the layer")]
    [InlineData("channel,y,x\n7,,\n", "row 1: Channel 7 is outside the layer")]
    [InlineData("channel,row\n1,0\n", "a column 'row' and none for the column")]
    [InlineData("chanel,y,x\n1,0,1\n", "a column 'chanel'")]
    public void Errors_name_the_row_of_a_unit(string table, string expected)
    {
        File.WriteAllText(Out("u.csv"), table);
        Project("--out", Out("u.npy"), "--layer", Layer, "--units", Out("u.csv")).AssertRefused(expected);
    }

    [Fact]
    public void Inspect_takes_model_as_an_option_and_knows_an_exported_projection()
    {
        var model = TinyModel.Write(_folder);
        Assert.Equal(CommandLineRun.Of("inspect", model).Output, CommandLineRun.Of("inspect", "--model", model).Output);
        CommandLineRun.Of("inspect", model, "--model", model).AssertRefused("both given");
        Assert.Equal(0, CommandLineRun.Of("export-projection", "--model", model, "--layer", Layer, "--out", Out("made/here/d.onnx")).Code);
        var run = CommandLineRun.Of("inspect", Out("made/here/d.onnx"));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("the deconvnet of layer block/pool, rule paper, made by export-projection", run.Output, StringComparison.Ordinal);
        Assert.Contains("session.run(None, {\"x\": images", run.Output, StringComparison.Ordinal);
        CommandLineRun.Of("extract", "--model", Out("made/here/d.onnx"), "--images", _folder.Path, "--layer", Layer, "--out", Out("new"))
            .AssertRefused("is no network but the deconvnet of one");
    }

    [Fact]
    public void Grad_cam_takes_a_folder_of_photos()
    {
        for (var i = 0; i < 10; i++) TinyModel.WritePhoto(_folder, $"photos/{i}.png", offset: i);
        var rows = GradCam("cams").AssertJson().GetProperty("maps").EnumerateArray().ToArray();
        Assert.Equal(10, rows.Length);
        Assert.All(rows, r => Assert.Equal(256, ImageLoader.Read(Path.Combine(Out("cams"), r.GetProperty("picture").GetString()!)).Width));
        Assert.Equal(11, File.ReadLines(Out("cams/index.csv")).Count());
        GradCam("all.npy").AssertJson();
        var all = NpyFile.Read<float>(Out("all.npy"));
        Assert.Equal([10, 4, 4], all.Shape);
        CommandLineRun.Of("grad-cam", "--model", TinyModel.Write(_folder), "--image", Out("photos/9.png"), "--out", Out("one.npy"));
        Assert.Equal(NpyFile.Read<float>(Out("one.npy")).Values, all.Values[(9 * 16)..]);
        CommandLineRun.Of("grad-cam", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--out", Out("m.png"))
            .AssertRefused("there may be many pictures");
    }

    [Fact]
    public void A_picture_of_the_whole_input_is_enlarged_as_its_parts_are()
    {
        Assert.Equal((454, 227 * 2), (RgbImage.Filled(227, 100, Rgb.Grey).EnlargeTo(256).Width, RgbImage.Filled(50, 227, Rgb.Grey).EnlargeTo(256).Height));
        Assert.Equal((256, 255), (RgbImage.Filled(1, 1, Rgb.Grey).EnlargeTo(256).Width, RgbImage.Filled(255, 9, Rgb.Grey).EnlargeTo(255).Width));
    }

    private CommandLineRun GradCam(string file) =>
        CommandLineRun.Of("grad-cam", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--out", Out(file), "--json");

    private CommandLineRun Many(string photos) =>
        CommandLineRun.Of("project", "--model", TinyModel.Write(_folder), "--images", Out(photos), "--layer", Layer, "--out", Out("out"));

    private CommandLineRun Project(params string[] more) =>
        CommandLineRun.Of(["project", "--model", TinyModel.Write(_folder), "--image", TinyModel.WritePhoto(_folder, "photo.png"), .. more]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
