using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Figure 7 of a network whose scores are means of four maxima, and whose maps are the photo's colours: worked out by hand.</summary>
public sealed class OccludeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_place_is_the_photo_without_what_is_covered()
    {
        var result = Run("--layer", "block/pool", "--size", "2", "--stride", "2", "--fill", "black", "--json").AssertJson();
        Assert.Equal((2, "blue", 2), (result.GetProperty("class").GetInt32(), result.GetProperty("className").GetString(), result.GetProperty("map").GetInt32()));
        int[] maxima = [TinyModel.PixelAt(2, 1, 1), TinyModel.PixelAt(2, 1, 3), TinyModel.PixelAt(2, 3, 1), TinyModel.PixelAt(2, 3, 3)];
        Assert.Equal(maxima.Sum(), result.GetProperty("cleanActivity").GetSingle());
        float[] activity = [.. result.GetProperty("places").EnumerateArray().Select(static p => p.GetProperty("activity").GetSingle())];
        Assert.Equal([.. maxima.Select(m => (float)(maxima.Sum() - m))], activity);
        string[] lines = File.ReadAllLines(Out("o", "occlusion.csv"));
        Assert.Equal("row,column,y,x,activity,probability,label,name,label_probability", lines[0]);
        Assert.Equal(["0,0,0,0,", "0,1,0,2,", "1,0,2,0,", "1,1,2,2,"], lines[1..].Select(static l => l[..8]));
        foreach (var file in new[] { "occlusion.png", "image.png", "activity.png", "projection.png", "probability.png", "label.png" })
            Assert.True(ImageLoader.Read(Out("o", file)).Width >= 224, file);
        Assert.Equal(224, ImageLoader.Read(Out("o", "activity.png")).Width);
        Assert.Equal(HeatPicture.Colour(1), ImageLoader.Read(Out("o", "activity.png"))[0, 0]);      // the least is lost there
        Assert.Equal(HeatPicture.Colour(0), ImageLoader.Read(Out("o", "activity.png"))[223, 223]);
        var page = File.ReadAllText(Out("o", "report.html"));
        Assert.Contains("(e) most probable class", page, StringComparison.Ordinal);
        Assert.Contains("occlude --model", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_covered_photo_can_become_another_class()
    {
        // white pixels of red and green are higher than what is left of blue
        var result = Run("--size", "4", "--fill", "255,0,0", "--class", "blue", "--json").AssertJson();
        var place = Assert.Single(result.GetProperty("places").EnumerateArray());
        Assert.Equal(0, place.GetProperty("label").GetInt32());
        Assert.Equal(0, place.GetProperty("probability").GetSingle(), 1e-6f);
        Assert.Equal("red", Assert.Single(result.GetProperty("labels").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public void Without_a_mean_the_occluder_is_middle_grey()
    {
        var result = Run("--layer", "block/same", "--map", "0", "--size", "4", "--json").AssertJson();
        Assert.Equal(16 * 128, result.GetProperty("places")[0].GetProperty("activity").GetSingle());
        Assert.Equal("mean", result.GetProperty("occluder").GetProperty("fill").GetString());
    }

    [Fact]
    public void Other_photos_show_the_same_map()
    {
        Directory.CreateDirectory(Out("others"));
        TinyModel.WritePhoto(_folder, Path.Combine("others", "a.png"), 3);
        TinyModel.WritePhoto(_folder, Path.Combine("others", "b.png"), 5);
        var run = Run("--layer", "block/pool", "--images", Out("others"));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("2 blue", run.Output, StringComparison.Ordinal);
        Assert.Contains("The same map in other photos", File.ReadAllText(Out("o", "report.html")), StringComparison.Ordinal);
        Assert.True(ImageLoader.Read(Out("o", "occlusion.png")).Height > 300);
    }

    [Theory]
    [InlineData("does not fit into an image of 4x4", "--size", "5")]
    [InlineData("leaves pixels that no occluder of 2x2 covers", "--size", "2", "--stride", "3")]
    [InlineData("--size is '2x'; a whole number, or two such as 32x48 was wanted", "--size", "2x")]
    [InlineData("--fill is 'pink'; mean, grey, black, white", "--fill", "pink")]
    [InlineData("--class is '3', but the network has 3 classes", "--class", "3")]
    [InlineData("has no layer 'pool'", "--layer", "pool")]
    [InlineData("no rows and columns", "--layer", "flat")]
    [InlineData("Map 3 is outside layer 'block/pool'", "--layer", "block/pool", "--map", "3")]
    [InlineData("give those with --images", "--top", "4")]
    public void What_cannot_be_used_is_refused(string expected, params string[] more) => Run(more).AssertRefused(expected);

    private CommandLineRun Run(params string[] more) => CommandLineRun.Of(
        ["occlude", "--model", TinyModel.Write(_folder), "--image", TinyModel.WritePhoto(_folder, "photo.png"), "--out", Out("o"), .. more]);

    private string Out(params string[] names) => Path.Combine([_folder.Path, .. names]);
}
