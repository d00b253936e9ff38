using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>The scores of <see cref="TinyModel"/> are means of four maxima: the derivative is a quarter at each, so a class's map is its pooled map by
/// 1/4.</summary>
public sealed class GradCamVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new string[0], 2, "blue")]
    [InlineData(new[] { "--class", "1" }, 1, "green")]
    [InlineData(new[] { "--class", "RED" }, 0, "red")]
    [InlineData(new[] { "--class", "gre" }, 1, "green")]
    public void A_class_is_explained_by_number_or_name(string[] more, int number, string name)
    {
        var result = Run("m.npy", [.. more, "--json"]).AssertJson();
        Assert.Equal((number, name, "block/pool"),
            (result.GetProperty("class").GetInt32(), result.GetProperty("className").GetString(), result.GetProperty("layer").GetString()));
        var map = NpyFile.Read<float>(Out("m.npy"));
        Assert.Equal([4, 4], map.Shape);
        float[] corners = [.. new[] { (1, 1), (1, 3), (3, 1), (3, 3) }.Select(p => TinyModel.PixelAt(number, p.Item1, p.Item2) / 4f)];
        TensorAssert.Close(corners, [map.Values[0], map.Values[3], map.Values[12], map.Values[15]], Tolerance.Float32);
        Assert.Equal(corners.Select(static c => 4 * c).Average(), result.GetProperty("score").GetSingle(), 1e-3f);
    }

    [Fact]
    public void A_picture_lays_heat_over_the_photo()
    {
        var run = Run("m.png");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("2 blue, score", run.Output, StringComparison.Ordinal);
        var picture = ImageLoader.Read(Out("m.png"));
        Assert.Equal((256, 256), (picture.Width, picture.Height));
        Assert.NotEqual(picture[255, 255].R, picture[255, 255].B);      // the hottest place is yellow
    }

    [Fact]
    public void Guided_has_the_shape_of_the_input()
    {
        Assert.Equal(0, Run("m.npy", "--guided").Code);
        Assert.Equal([1, 3, 4, 4], NpyFile.Read<float>(Out("m.npy")).Shape);
        Assert.Equal(0, Run("m.png", "--guided", "--layers", "block/relu").Code);
        Assert.Equal(Rgb.Grey, ImageLoader.Read(Out("m.png"))[0, 0]);      // no maximum of its window
    }

    [Theory]
    [InlineData("--class is '3', but the network has 3 classes (0 to 2)", "--class", "3")]
    [InlineData("--class is 'yellow', which no class is called", "--class", "yellow")]
    [InlineData("which fits 3 classes: 0 red; 1 green; 2 blue", "--class", "e")]
    [InlineData("has no layer 'pool'", "--layer", "pool")]
    [InlineData("no rows and columns to draw a map of", "--layer", "flat")]
    public void What_cannot_be_used_is_refused(string expected, params string[] more) => Run("m.png", more).AssertRefused(expected);

    [Fact]
    public void Photos_or_tensors_one_at_a_time()
    {
        NpyFile.Write<float>(Out("x.npy"), new float[96], [2, 3, 4, 4]);
        CommandLineRun.Of("grad-cam", "--model", TinyModel.Write(_folder), "--tensor", Out("x.npy"), "--out", Out("m.npy"))
            .AssertRefused("holds 2 inputs; one was wanted");
        NpyFile.Write<float>(Out("x.npy"), new float[48], [3, 4, 4]);
        var run = CommandLineRun.Of("grad-cam", "--model", TinyModel.Write(_folder), "--tensor", Out("x.npy"), "--out", Out("m.png"));
        Assert.Equal(0, run.Code);
        Assert.Contains("zero everywhere", run.Error, StringComparison.Ordinal);
    }

    private CommandLineRun Run(string file, params string[] more) => CommandLineRun.Of(
        ["grad-cam", "--model", TinyModel.Write(_folder), "--image", TinyModel.WritePhoto(_folder, "photo.png"), "--out", Out(file), .. more]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
