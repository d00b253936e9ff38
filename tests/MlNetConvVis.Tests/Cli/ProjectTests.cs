using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

public sealed class ProjectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_that_changes_nothing_gives_the_pixel_back_at_its_switch()
    {
        var result = Project("block/pool", "--channel", "1", "--unit", "0,1");
        Assert.Equal((1, 0, 1, 113f), (Int(result, "channel"), Int(result, "y"), Int(result, "x"), result.GetProperty("activation").GetSingle()));
        var projection = NpyFile.Read<float>(Out("p.npy"));
        Assert.Equal([1, 3, 4, 4], projection.Shape);
        var expected = new float[48];
        expected[16 + 4 + 3] = 113;      // channel 1, row 1, column 3
        Assert.Equal(expected, projection.Values);
        var field = result.GetProperty("field");
        Assert.Equal((0, 2, 2, 2), (Int(field, "top"), Int(field, "left"), Int(field, "height"), Int(field, "width")));
    }

    [Theory]
    [InlineData(new string[0], 2, 1, 1)]
    [InlineData(new[] { "--channel", "1" }, 1, 1, 1)]
    [InlineData(new[] { "--unit", "0,1" }, 2, 0, 1)]
    public void What_is_not_given_is_the_strongest(string[] more, int channel, int y, int x)
    {
        var result = Project("block/pool", more);
        Assert.Equal((channel, y, x), (Int(result, "channel"), Int(result, "y"), Int(result, "x")));
    }

    [Fact]
    public void What_grows_beyond_numbers_from_the_activation_starts_from_one_and_is_said()
    {
        var model = Path.Combine(_folder.Path, "huge.onnx");
        OnnxFile.Write(GraphText.Parse("y = Conv(x, w) kernel_shape=[1,1]", [-1, 1, 2, 2], ("w", OnnxTensor.Of([1e30f], 1, 1, 1, 1))), model);
        NpyFile.Write<float>(Out("x.npy"), [1, 2, 3, 4], [1, 1, 2, 2]);
        string[] common = ["project", "--model", model, "--tensor", Out("x.npy"), "--layer", "y", "--out", Out("p.npy")];
        var run = CommandLineRun.Of([.. common, "--json"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("4E+30, the projection grows beyond what numbers can hold. It was started from one", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"start\": \"one\"", run.Output, StringComparison.Ordinal);
        Assert.Equal([0, 0, 0, 1e30f], NpyFile.Read<float>(Out("p.npy")).Values);
        CommandLineRun.Of([.. common, "--start", "activation"]).AssertRefused("grows beyond what numbers can hold");
    }

    [Theory]
    [InlineData("sum", 10)]
    [InlineData("last", 4)]
    [InlineData("max", 4)]
    public void Windows_that_share_a_switch(string overlap, float expected)
    {
        // The peak in the middle is the maximum of all four windows; 1, 2, 3 and 4 come back to it (activation 10, started from one).
        var x = new float[25];
        x[12] = 1;
        NpyFile.Write<float>(Out("x.npy"), x, [1, 1, 5, 5]);
        var result = CommandLineRun.Of("project", "--model", TinyModel.WriteOverlap(_folder), "--tensor", Out("x.npy"), "--layer", "all", "--overlap", overlap,
            "--start", "one", "--out", Out("p.npy"), "--json").AssertJson();
        Assert.Equal(10f, result.GetProperty("activation").GetSingle());
        var wanted = new float[25];
        wanted[12] = expected;
        Assert.Equal(wanted, NpyFile.Read<float>(Out("p.npy")).Values);
    }

    [Fact]
    public void A_softmax_is_started_before()
    {
        var result = Project("prob", "--rule", "gradient", "--channel", "0");
        Assert.Equal("flat", result.GetProperty("layer").GetString());
        Assert.Equal("one", result.GetProperty("start").GetString());
        Assert.Equal(0.25f, NpyFile.Read<float>(Out("p.npy")).Values.Max());      // the mean of four maxima
    }

    [Fact]
    public void The_picture_is_grey_where_nothing_is_projected_and_enlarged_by_whole_pixels()
    {
        Assert.Equal(0, Run("p.png", "block/pool", "--channel", "1", "--unit", "0,1").Code);
        var picture = ImageLoader.Read(Out("p.png"));
        Assert.Equal((256, 256), (picture.Width, picture.Height));
        Assert.Equal(Rgb.Grey, picture[0, 0]);
        Assert.Equal((new Rgb(128, 255, 128), new Rgb(128, 255, 128)), (picture[3 * 64, 64], picture[255, 127]));
        Assert.Equal(Rgb.Grey, picture[(3 * 64) - 1, 64]);
    }

    [Fact]
    public void Channels_come_back_to_their_colours()
    {
        Assert.Equal(0, Run("p.png", "block/pool", "--channel", "0", "--unit", "0,0", "--channels", "BGR").Code);
        Assert.Equal(new Rgb(128, 128, 255), ImageLoader.Read(Out("p.png"))[64, 64]);      // the model's channel 0 is blue
    }

    [Fact]
    public void A_unit_that_does_not_fire_is_said_so()
    {
        NpyFile.Write<float>(Out("x.npy"), new float[48], [3, 4, 4]);
        var run = CommandLineRun.Of("project", "--model", TinyModel.Write(_folder), "--tensor", Out("x.npy"), "--layer", "block/relu", "--out", Out("p.npy"));
        Assert.Equal(0, run.Code);
        Assert.Contains("does not fire", run.Error, StringComparison.Ordinal);
        Assert.Equal([3, 4, 4], NpyFile.Read<float>(Out("p.npy")).Shape);
    }

    [Fact]
    public void Text_for_people_tells_unit_activation_and_pixels()
    {
        var run = Run("p.npy", "block/pool", "--channel", "1", "--unit", "0,1");
        Assert.Equal("", run.Error);
        Assert.Contains("map 1 of 3, row 0, column 1 of layer block/pool (3x2x2)", run.Output, StringComparison.Ordinal);
        Assert.Contains("rows 0 to 1, columns 2 to 3", run.Output, StringComparison.Ordinal);
    }

    private static int Int(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private System.Text.Json.JsonElement Project(string layer, params string[] more) => Run("p.npy", layer, [.. more, "--json"]).AssertJson();

    private CommandLineRun Run(string file, string layer, params string[] more) => CommandLineRun.Of(
        ["project", "--model", TinyModel.Write(_folder), "--image", TinyModel.WritePhoto(_folder, "photo.png"), "--layer", layer, "--out", Out(file), .. more]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
