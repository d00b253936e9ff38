using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

public sealed class VisualizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_map_shows_the_photos_that_excite_it_most()
    {
        for (var i = 0; i < 4; i++) TinyModel.WritePhoto(_folder, $"photos/{i}.png", offset: i);
        var result = CommandLineRun.Of(
            "visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layers", "block/pool,mean", "--maps", "1", "--top", "2", "--out",
            Out("v"), "--json").AssertJson();
        Assert.Equal(4, result.GetProperty("photos").GetInt32());
        var layer = result.GetProperty("layers")[0];
        Assert.Equal(Out("v/block_pool.png"), layer.GetProperty("file").GetString());
        var activations = layer.GetProperty("maps")[0].GetProperty("activations").EnumerateArray().ToArray();
        Assert.Equal([Out("photos/3.png"), Out("photos/2.png")], activations.Select(static a => a.GetProperty("photo").GetString()));
        Assert.All(activations, static a => Assert.Equal((1, 1), (a.GetProperty("y").GetInt32(), a.GetProperty("x").GetInt32())));
        Assert.True(ImageLoader.Read(Out("v/block_pool.png")).Width > 0);
        Assert.True(ImageLoader.Read(Out("v/mean.png")).Width > 0);
        Assert.Equal(result.GetRawText(), System.Text.Json.JsonDocument.Parse(File.ReadAllText(Out("v/visualize.json"))).RootElement.GetRawText());
    }

    [Fact]
    public void The_first_convolution_is_drawn_as_its_filters()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        var filters = Draw().GetProperty("filters");
        Assert.Equal(("block/same", 3, 1),
            (filters.GetProperty("layer").GetString(), filters.GetProperty("count").GetInt32(), filters.GetProperty("height").GetInt32()));
        // three filters of one pixel, 48 times larger, in two columns with 6 around and 3 between
        var sheet = ImageLoader.Read(Out("v/block_same.filters.png"));
        Assert.Equal((111, 111), (sheet.Width, sheet.Height));
        Assert.Equal([new Rgb(255, 128, 128), new Rgb(128, 255, 128), new Rgb(128, 128, 255), Rgb.White],
            [sheet[6, 6], sheet[60, 6], sheet[6, 60], sheet[60, 60]]);
    }

    [Theory]
    [InlineData("picture", 255, 255)]
    [InlineData("map", 255, 193)]
    public void Pictures_of_one_map_can_share_a_range(string range, int strongest, int weaker)
    {
        // The only pixel that is not zero at a switch is as strong as the activation: 233 and 120 in the two photos' map 2; 128 + 127 * 120 / 233 = 193.
        TinyModel.WritePhoto(_folder, "photos/0.png");
        new RgbImage(4, 4, [.. Enumerable.Repeat<byte>(120, 48)]).WritePng(Out("photos/1.png"));
        var layer = Draw("--range", range, "--maps", "3").GetProperty("layers")[0];
        Assert.Equal([233f, 120], layer.GetProperty("maps")[2].GetProperty("activations").EnumerateArray()
            .Select(static a => a.GetProperty("activation").GetSingle()));
        var sheet = ImageLoader.Read(Out("v/block_pool.png"));
        var blues = Enumerable.Range(0, sheet.Width * sheet.Height).Select(i => sheet[i % sheet.Width, i / sheet.Width])
            .Where(static c => c is { R: 128, G: 128, B: > 128 }).Select(static c => (int)c.B).Distinct().Order();
        Assert.Equal(new[] { strongest, weaker }.Distinct().Order(), blues);
    }

    [Fact]
    public void Rules_are_chosen_as_everywhere()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        var rules = Draw("--rule", "guided", "--overlap", "last", "--bias", "subtract", "--pixels", "rectified", "--lrn", "gradient", "--start", "activation")
            .GetProperty("rules");
        Assert.Equal(["guided", "last", "gradient", "subtract", "rectified", "activation"], rules.EnumerateObject().Select(static p => p.Value.GetString()));
        CommandLineRun.Of("visualize", "--model", "m", "--images", "i", "--layers", "l", "--out", Out("v"), "--range", "photo")
            .AssertRefused("--range is 'photo', which is not one of its choices");
    }

    [Fact]
    public void A_layer_that_cannot_be_reversed_is_refused_before_any_photo_is_read() =>
        CommandLineRun.Of("visualize", "--model", TinyModel.WriteUnknownOperator(_folder), "--images", "/no/such", "--layers", "last", "--out", Out("v"))
            .AssertRefused("'Frobnicate'", "Known: ");

    private System.Text.Json.JsonElement Draw(params string[] more) => CommandLineRun.Of(
        ["visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layer", "block/pool", "--out", Out("v"), "--json", .. more])
            .AssertJson();

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
