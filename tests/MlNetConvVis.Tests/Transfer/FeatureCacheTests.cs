using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Cli;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public sealed class FeatureCacheTests : IDisposable
{
    private static readonly string[] s_layers = ["block/pool", "flat"];
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string[] _photos;

    public FeatureCacheTests()
    {
        _model = TinyModel.Write(_folder);
        _photos = [.. Enumerable.Range(0, 5).Select(i => TinyModel.WritePhoto(_folder, $"photo{i}.png", offset: i))];
    }

    private string CacheFolder => Path.Combine(_folder.Path, "cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_extracted_once_is_found_again_with_the_same_values()
    {
        using var first = Get();
        Assert.Equal((5, 12), (first.Extracted, first.Columns("block/pool")));
        // 2x2 maxima of the identity: the value at the lower right of each window
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(static c => new[] { (1, 1), (1, 3), (3, 1), (3, 3) }
            .Select(p => (float)TinyModel.PixelAt(c, p.Item1, p.Item2, 2))), first.Rows("block/pool")[2].ToArray());
        using var second = Get();
        Assert.Equal(0, second.Extracted);
        AssertSameRows(first, second);
    }

    [Fact]
    public void A_changed_photo_is_extracted_anew_and_a_renamed_one_is_not()
    {
        using (Get()) { }
        TinyModel.WritePhoto(_folder, "photo1.png", offset: 40);
        File.Move(_photos[3], _photos[3] = Path.Combine(_folder.Path, "renamed.png"));
        using var again = Get();
        Assert.Equal(1, again.Extracted);
        Assert.Equal(TinyModel.PixelAt(0, 1, 1, 40), again.Rows("block/pool")[1].Span[0]);
        Assert.Equal(TinyModel.PixelAt(0, 1, 1, 3), again.Rows("block/pool")[3].Span[0]);
    }

    [Fact]
    public void Other_weights_or_preprocessing_have_features_of_their_own_and_layers_behind_do_not_matter()
    {
        using (Get()) { }
        var net = ConvNet.Load(_model);
        using (var halved = Get(net.With(net.Preprocessing! with { Scale = new(0.5f) }, net.Classes)))
        {
            Assert.Equal(5, halved.Extracted);
            Assert.Equal(TinyModel.PixelAt(0, 1, 1) * 0.5f, halved.Rows("block/pool")[0].Span[0]);
        }

        var weights = net.Original.Initializers.ToDictionary(StringComparer.Ordinal);
        weights["w"] = MlNetConvVis.Graph.OnnxTensor.Of([2f, 0, 0, 0, 1, 0, 0, 0, 1], 3, 3, 1, 1);
        using (var changed = Get(new ConvNet(net.Original.With(initializers: weights)))) Assert.Equal(5, changed.Extracted);
        using var renamedClasses = Get(net.With(net.Preprocessing, ["x", "y", "z"]));
        Assert.Equal(0, renamedClasses.Extracted);
    }

    [Fact]
    public void Large_features_are_mapped_with_the_same_values()
    {
        using var plain = Get();
        using var mapped = Get(mapAbove: 0);
        Assert.Equal((false, true), (plain.IsMapped("flat"), mapped.IsMapped("flat")));
        AssertSameRows(plain, mapped);
        _ = new FeatureMatrix(mapped.Rows("flat"), 3, [0, 1, 0, 1, 0], ["a", "b"]);
    }

    [Fact]
    public void Rows_that_were_just_extracted_can_be_mapped_too()
    {
        using var mapped = Get(mapAbove: 0);
        using var plain = Get();
        Assert.Equal((5, true), (mapped.Extracted, mapped.IsMapped("flat")));
        AssertSameRows(plain, mapped);
    }

    [Fact]
    public void A_broken_photo_is_named_and_has_no_row()
    {
        _folder.Write("photo2.png", "no picture");
        using var features = Get();
        Assert.Equal([0, 1, 3, 4], features.Sources);
        Assert.Contains("photo2.png", Assert.Single(features.Broken).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_segment_does_not_count_and_a_damaged_one_is_refused()
    {
        using (Get()) { }
        var segment = Directory.GetFiles(CacheFolder, "*.npy", SearchOption.AllDirectories)[0];
        File.WriteAllText(segment + ".partial", "cut off");
        File.WriteAllBytes(Path.ChangeExtension(segment, null) + "x.keys", new byte[32]);
        using (var again = Get()) Assert.Equal(0, again.Extracted);
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^8]);
        Assert.Contains("damaged", Assert.Throws<DataException>(() => Get()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_extraction_keeps_what_it_has()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Get(progress: (done, _) => stop.Cancel(), cancellation: stop.Token));
        using var again = Get();
        Assert.InRange(again.Extracted, 1, 4);
    }

    private static void AssertSameRows(CachedFeatures expected, CachedFeatures actual)
    {
        foreach (var layer in s_layers)
        {
            foreach (var (a, b) in expected.Rows(layer).Zip(actual.Rows(layer))) TensorAssert.Close(a.Span, b.Span, Tolerance.Exact);
        }
    }

    private CachedFeatures Get(
        ConvNet? net = null, long mapAbove = 1 << 20, Action<int, int>? progress = null, CancellationToken cancellation = default) =>
        new FeatureCache(CacheFolder).Get(net ?? ConvNet.Load(_model), s_layers, ImageSource.Files(_photos), new FeatureCacheOptions
        {
            Settings = new SessionSettings { Device = Device.Cpu, Threads = 1 },
            Threads = 1,
            Batch = 2,
            MapAbove = mapAbove,
            Progress = progress is null ? null : new Told(progress),
        }, cancellation);

    private sealed class Told(Action<int, int> tell) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => tell(value.Done, value.Total);
    }
}
