using MlNetConvVis.Analysis;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Analysis;

/// <summary>Passes over collections: what they find, that they go on where they were cut off, and that classes stay apart.</summary>
public sealed class ActivationMiningTests : IDisposable
{
    private const string Layer = "block/pool";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File => Path.Combine(_folder.Path, "kept", "pass");

    [Fact]
    public void A_streamed_pass_finds_what_one_over_photos_in_memory_finds()
    {
        var (net, photos) = (Net(), Photos(70));
        var frames = ImageFrames.Load(photos.Sources(), net.RequirePreprocessing(), cancellation: TestContext.Current.CancellationToken);
        var wanted = TopActivations.Find(net, [Layer, "mean"], 5, frames.Count, frames.Fill, GraphRun.Settings, cancellation: TestContext.Current.CancellationToken);
        var found = Mine(net, photos, new MiningOptions { Top = 5, KeptEvery = 7, Batch = 3 }, layers: [Layer, "mean"]);
        AssertEqual(wanted, [.. found.Of(Layer), .. found.Of("mean")]);
        Assert.Equal((70, 0, 3), (found.Photos, found.Earlier, found.MapsOf(Layer)));
    }

    [Fact]
    public void A_pass_that_was_cut_off_goes_on_and_ends_alike()
    {
        var (net, photos, options) = (Net(), Photos(60), new MiningOptions { KeptEvery = 8, Batch = 4 });
        var whole = Mine(net, photos, options, file: Path.Combine(_folder.Path, "whole"));
        using var cut = new CancellationTokenSource();
        var reached = new Counter(done => { if (done >= 25) cut.Cancel(); });
        Assert.ThrowsAny<OperationCanceledException>(() => ActivationMining.Run(
            net, [Layer], photos, File, options, GraphRun.Settings, progress: reached, cancellation: cut.Token));
        var rest = Mine(net, photos, options, File);
        Assert.Equal(24, rest.Earlier);
        AssertEqual(whole.Of(Layer), rest.Of(Layer));
        var again = Mine(net, photos, options, File);
        Assert.Equal(60, again.Earlier);
        AssertEqual(whole.Of(Layer), again.Of(Layer));
    }

    [Fact]
    public void What_belongs_to_another_pass_or_is_damaged_is_not_taken_up()
    {
        var (net, photos, options) = (Net(), Photos(6), new MiningOptions());
        Mine(net, photos, options, File);
        Assert.Equal(0, Mine(net, photos, options with { Top = 3 }, File).Earlier);
        Mine(net, photos, options, File);
        Assert.Equal(6, Mine(net, photos, options, File).Earlier);
        TinyModel.WritePhoto(_folder, "photos/a/000.png", offset: 77);
        Assert.Equal(0, Mine(net, photos, options, File).Earlier);
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes[^50] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.Equal(0, Mine(net, photos, options, File).Earlier);
    }

    [Fact]
    public void Several_places_of_a_photo_count_where_that_is_wanted()
    {
        // the 2x2 maxima of map 0 of one photo: 11, 13, 31, 33; of the other one more each
        TinyModel.WritePhoto(_folder, "photos/a/0.png");
        TinyModel.WritePhoto(_folder, "photos/a/1.png", offset: 1);
        var photos = ImageSets.Open(Path.Combine(_folder.Path, "photos")).All();
        Assert.Equal([(1, 34f), (0, 33f)], Strongest(Mine(Net(), photos, new MiningOptions())));
        Assert.Equal([(1, 34f), (0, 33f), (1, 32f), (0, 31f), (1, 14f)], Strongest(Mine(Net(), photos, new MiningOptions { Several = true, Top = 5 })));
    }

    [Fact]
    public void Classes_are_kept_apart_and_their_maps_ranked()
    {
        // class b is a photo in which only map 1 answers, class a one in which all do
        TinyModel.WritePhoto(_folder, "photos/a/0.png");
        new RgbImage(4, 4, [.. Enumerable.Range(0, 48).Select(static i => (byte)(i % 3 == 1 ? 250 : 0))]).WritePng(Path.Combine(_folder.Path, "photos", "b.png"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "photos", "b"));
        System.IO.File.Move(Path.Combine(_folder.Path, "photos", "b.png"), Path.Combine(_folder.Path, "photos", "b", "0.png"));
        var found = Mine(Net(), ImageSets.Open(Path.Combine(_folder.Path, "photos")).All(), new MiningOptions { ByClass = true });
        Assert.Equal(["a", "b"], found.Classes);
        Assert.Equal([0, 1, 2], found.Of(Layer, 0).Select(static m => m.Channel));
        Assert.Equal([1], found.Of(Layer, 1).Select(static m => m.Channel));
        // strongest of map 1: 133 and 250, mean 191.5, deviation 58.5: one deviation above and below
        Assert.Equal(1, found.Responses(Layer, 1)[0].Selectivity, 1e-6);
        Assert.Equal(-1, found.Responses(Layer, 0)[^1].Selectivity, 1e-6);
        Assert.Equal(1, found.Responses(Layer, 0)[^1].Channel);
    }

    [Fact]
    public void Photos_without_classes_cannot_be_kept_apart()
    {
        var list = _folder.Write("list.txt", TinyModel.WritePhoto(_folder, "one.png"));
        var error = Assert.Throws<DataException>(() => Mine(Net(), ImageSets.Open(list, new ImageSetOptions { Classes = false }).All(), new MiningOptions { ByClass = true }));
        Assert.Contains("have no classes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_photos_are_named_and_passed_over()
    {
        var photos = Photos(10);
        _folder.Write("photos/a/004.png", "no picture"u8);
        var found = Mine(Net(), photos, new MiningOptions { KeptEvery = 3 }, File);
        Assert.Equal((9, 4), (found.Photos, Assert.Single(found.Broken).Index));
        Assert.Contains("004.png", found.Broken[0].Message, StringComparison.Ordinal);
        Assert.DoesNotContain(found.Of(Layer).SelectMany(static m => m.Tops), static t => t.Image == 4);
        Assert.Equal(found.Broken, Mine(Net(), photos, new MiningOptions { KeptEvery = 3 }, File).Broken);
        Assert.Throws<ImageDecodeException>(() => ActivationMining.Run(
            Net(), [Layer], photos, null, null, GraphRun.Settings, new ImageLoaderOptions { Strict = true }, cancellation: TestContext.Current.CancellationToken));
    }

    private static (int, float)[] Strongest(MinedMaps found) => [.. found.Of(Layer)[0].Tops.Select(static t => (t.Image, t.Activation))];

    private static MinedMaps Mine(ConvNet net, ImageSet photos, MiningOptions options, string? file = null, string[]? layers = null) =>
        ActivationMining.Run(net, layers ?? [Layer], photos, file, options, GraphRun.Settings, cancellation: TestContext.Current.CancellationToken);

    private static void AssertEqual(IReadOnlyList<MapTops> wanted, IReadOnlyList<MapTops> found)
    {
        Assert.Equal(wanted.Select(static m => (m.Layer, m.Channel)), found.Select(static m => (m.Layer, m.Channel)));
        foreach (var (one, other) in wanted.Zip(found)) Assert.Equal(one.Tops, other.Tops);
    }

    private ConvNet Net() => ConvNet.Load(TinyModel.Write(_folder));

    private ImageSet Photos(int count)
    {
        for (var i = 0; i < count; i++) TinyModel.WritePhoto(_folder, $"photos/a/{i:000}.png", offset: i * 37 % 60);
        return ImageSets.Open(Path.Combine(_folder.Path, "photos")).All();
    }

    private sealed class Counter(Action<int> use) : IProgress<int>
    {
        public void Report(int value) => use(value);
    }
}
