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
    public void Maps_are_chosen_by_number_or_all_of_them()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        Assert.Equal([0, 2], Channels(Draw("--map", "2,0").GetProperty("layers")[0]));
        Assert.Equal([0, 1, 2], Channels(Draw("--maps", "all").GetProperty("layers")[0]));
        Refuse("--map names map 3, but layer 'block/pool' has 3 maps", "--map", "1,3");
        Refuse("--maps and --map are both there", "--map", "1", "--maps", "2");
        Refuse("--map is 'x'", "--map", "x");
    }

    [Fact]
    public void Each_class_has_a_picture_of_the_maps_that_single_it_out()
    {
        for (var i = 0; i < 3; i++) TinyModel.WritePhoto(_folder, $"photos/bright/{i}.png", offset: 4 + i);
        TinyModel.WritePhoto(_folder, "photos/dark/0.png");
        var layers = Draw("--by-class", "--maps", "1", "--top", "2").GetProperty("layers");
        Assert.Equal(["bright", "dark"], layers.EnumerateArray().Select(static l => l.GetProperty("class").GetString()));
        Assert.Equal([Out("v/block_pool.bright.png"), Out("v/block_pool.dark.png")], layers.EnumerateArray().Select(static l => l.GetProperty("file").GetString()));
        Assert.True(layers[0].GetProperty("maps")[0].GetProperty("selectivity").GetDouble() > 0);
        Assert.Equal([Out("photos/bright/2.png"), Out("photos/bright/1.png")], layers[0].GetProperty("maps")[0].GetProperty("activations").EnumerateArray()
            .Select(static a => a.GetProperty("photo").GetString()));
        Assert.True(File.Exists(Out("v/block_pool.dark.png")));
    }

    [Fact]
    public void Another_look_at_the_same_photos_costs_no_new_pass()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        string[] call = ["visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layer", "block/pool", "--out", Out("v")];
        Assert.StartsWith("1 photo in ", CommandLineRun.Of(call).Output, StringComparison.Ordinal);
        Assert.StartsWith("1 photo (1 looked at by an earlier call) in ", CommandLineRun.Of([.. call, "--rule", "guided"]).Output, StringComparison.Ordinal);
        Assert.StartsWith("1 photo in ", CommandLineRun.Of([.. call, "--top", "2"]).Output, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Channels(System.Text.Json.JsonElement layer) =>
        layer.GetProperty("maps").EnumerateArray().Select(static m => m.GetProperty("channel").GetInt32());

    private void Refuse(string message, params string[] more) => CommandLineRun.Of(
        ["visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layer", "block/pool", "--out", Out("v"), .. more]).AssertRefused(message);

    [Fact]
    public void A_layer_that_cannot_be_reversed_is_refused_before_any_photo_is_read() =>
        CommandLineRun.Of("visualize", "--model", TinyModel.WriteUnknownOperator(_folder), "--images", "/no/such", "--layers", "last", "--out", Out("v"))
            .AssertRefused("'Frobnicate'", "Known: ");

    private System.Text.Json.JsonElement Draw(params string[] more) => CommandLineRun.Of(
        ["visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layer", "block/pool", "--out", Out("v"), "--json", .. more])
            .AssertJson();

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
