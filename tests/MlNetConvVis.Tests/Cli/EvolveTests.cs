using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

public sealed class EvolveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Maps_are_followed_through_the_moments_of_training()
    {
        for (var i = 0; i < 3; i++) TinyModel.WritePhoto(_folder, $"photos/{i}.png", offset: i);
        Directory.CreateDirectory(Out("epochs"));
        TinyModel.Write(_folder, "epochs/epoch-000001.onnx");
        TinyModel.Write(_folder, "epochs/epoch-000010.onnx");
        var result = CommandLineRun.Of(
            "evolve", "--models", Out("epochs"), "--images", Out("photos"), "--layers", "block/relu,block/pool", "--maps", "2", "--out", Out("e"), "--json")
            .AssertJson();
        Assert.Equal(["epoch 1", "epoch 10"], result.GetProperty("stages").EnumerateArray().Select(static s => s.GetString()));
        Assert.True(result.GetProperty("lowerLayersSettleFirst").GetBoolean());
        var pool = result.GetProperty("layers")[1];
        Assert.Equal([1.0, 1.0], pool.GetProperty("settled").EnumerateArray().Select(static s => s.GetDouble()));
        Assert.Equal("epoch 1", pool.GetProperty("settledFrom").GetString());
        Assert.Equal(2, pool.GetProperty("maps").GetArrayLength());
        Assert.All(pool.GetProperty("maps").EnumerateArray().SelectMany(static m => m.GetProperty("stages").EnumerateArray()),
            stage => Assert.Equal(Out("photos/2.png"), stage.GetProperty("photo").GetString()));
        var sheet = ImageLoader.Read(Out("e/block_pool.png"));       // two columns of cells of 96 pixels, 4 between, 8 around
        Assert.Equal((2 * 96) + 4 + 16, sheet.Width);
        Assert.True(File.Exists(Out("e/evolution.json")));
    }

    [Fact]
    public void A_map_that_dies_is_grey_and_counts_as_not_settled()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        TinyModel.Write(_folder, "late.onnx");
        TinyModel.WriteNegative(_folder, "early.onnx");
        var result = CommandLineRun.Of(
            "evolve", "--models", $"{Out("early.onnx")},{Out("late.onnx")}", "--images", Out("photos"), "--layers", "block/relu", "--out", Out("e"), "--json")
            .AssertJson();
        var layer = result.GetProperty("layers")[0];
        Assert.Equal([0.0, 1.0], layer.GetProperty("settled").EnumerateArray().Select(static s => s.GetDouble()));
        Assert.Equal("late", layer.GetProperty("settledFrom").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, layer.GetProperty("maps")[0].GetProperty("stages")[0].ValueKind);
        var sheet = ImageLoader.Read(Out("e/block_relu.png"));
        Assert.Equal(Rgb.Grey, sheet[8 + 48, sheet.Height - 8 - 48]);
    }

    [Fact]
    public void A_folder_of_one_network_is_refused()
    {
        Directory.CreateDirectory(Out("epochs"));
        TinyModel.Write(_folder, "epochs/epoch-000001.onnx");
        TinyModel.WritePhoto(_folder, "photos/0.png");
        CommandLineRun.Of("evolve", "--models", Out("epochs"), "--images", Out("photos"), "--layers", "block/relu", "--out", Out("e"))
            .AssertRefused("1 network", "--keep-epochs");
        Assert.False(Directory.Exists(Out("e")));
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
