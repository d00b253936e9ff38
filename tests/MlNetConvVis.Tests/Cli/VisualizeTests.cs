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
            "visualize", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layers", "block/pool,mean", "--maps", "1", "--top", "2", "--out", Out("v"), "--json").AssertJson();
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
    public void A_layer_that_cannot_be_reversed_is_refused_before_any_photo_is_read() =>
        CommandLineRun.Of("visualize", "--model", TinyModel.WriteUnknownOperator(_folder), "--images", "/no/such", "--layers", "last", "--out", Out("v"))
            .AssertRefused("'Frobnicate'", "Known: ");

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
