using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public sealed class ImageLoaderTests : IDisposable
{
    private static readonly ImagePreprocessing s_preprocessing = new() { Width = 12, Height = 10, Scale = new ChannelValues(1 / 255f) };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Broken_files_are_named_and_the_others_close_the_gap(int threads)
    {
        string[] files =
        [
            Copy("rgb.png"), _folder.Write("broken.jpg", ReferenceFile.Bytes("Imaging", "444.jpg").AsSpan(0, 500)), Copy("420.jpg"),
            Path.Combine(_folder.Path, "missing.png"), Copy("grey.png"),
        ];
        var loader = new ImageLoader(s_preprocessing, new ImageLoaderOptions { Threads = threads });
        var buffer = new float[5 * s_preprocessing.TensorLength];

        var batch = loader.Load(files, buffer, TestContext.Current.CancellationToken);

        Assert.Equal([0, 2, 4], batch.Loaded);
        Assert.Equal([(1, files[1]), (3, files[3])], batch.Broken.Select(b => (b.Index, b.File)));
        Assert.Contains("broken.jpg", batch.Broken[0].Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", batch.Broken[1].Message, StringComparison.Ordinal);
        for (var i = 0; i < batch.Count; i++)
        {
            var alone = new float[s_preprocessing.TensorLength];
            s_preprocessing.Preprocess(ImageLoader.Read(files[batch.Loaded[i]]), alone);
            TensorAssert.Close(alone, buffer.AsSpan(i * alone.Length, alone.Length), Tolerance.Exact);
        }

        var again = loader.LoadFrames(files, out var frames, TestContext.Current.CancellationToken);
        Assert.Equal(batch.Loaded, again.Loaded);
        ImageAssert.Close(s_preprocessing.Frame(ImageLoader.Read(files[4])), frames[2], 0);
    }

    [Fact]
    public void Strict_stops_at_the_first_broken_file()
    {
        string[] files = [Copy("rgb.png"), _folder.Write("a.png", "not a picture"), _folder.Write("b.png", "not one either"), Copy("grey.png")];
        var loader = new ImageLoader(s_preprocessing, new ImageLoaderOptions { Threads = 4, Strict = true });
        var error = Assert.Throws<ImageDecodeException>(() => loader.LoadFrames(files, out _, TestContext.Current.CancellationToken));
        Assert.Equal(files[1], error.File);
    }

    [Fact]
    public void A_picture_too_small_for_the_network_is_reported_by_name()
    {
        var loader = new ImageLoader(new ImagePreprocessing { Width = 60, Height = 60, Resize = ResizeMode.None });
        var batch = loader.LoadFrames([Copy("rgb.png")], out _, TestContext.Current.CancellationToken);
        Assert.Contains("24x18", Assert.Single(batch.Broken).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_is_no_broken_file_comes_out_as_it_is()
    {
        var loader = new ImageLoader(s_preprocessing, new ImageLoaderOptions { Codec = new Faulty() });
        var error = Assert.Throws<InvalidOperationException>(() =>
            loader.LoadFrames([Copy("rgb.png"), Copy("grey.png")], out _, TestContext.Current.CancellationToken));
        Assert.Equal("out of order", error.Message);
    }

    [Fact]
    public void A_short_buffer_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ImageLoader(s_preprocessing).Load([Copy("rgb.png")], new float[10], TestContext.Current.CancellationToken));

    private sealed class Faulty : IImageCodec
    {
        public string Name => "faulty";

        public string Version => "0";

        public IReadOnlySet<ImageFormat> Formats { get; } = new HashSet<ImageFormat>();

        public RgbImage Decode(ReadOnlySpan<byte> data, string name, DecodeOptions? options = null) => throw new InvalidOperationException("out of order");

        public byte[] EncodePng(RgbImage image) => throw new InvalidOperationException("out of order");
    }

    private string Copy(string name) => _folder.Write(name, ReferenceFile.Bytes("Imaging", name));
}
