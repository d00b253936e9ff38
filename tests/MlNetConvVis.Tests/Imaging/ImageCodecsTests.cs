using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public sealed class ImageCodecsTests
{
    [Fact]
    public void Without_a_codec_the_error_says_of_each_why_not()
    {
        var registry = new ImageCodecRegistry();
        registry.Register("one", 0, () => throw new DllNotFoundException("no one.so in /lib"));
        registry.Register("two", 1, () => throw new InvalidOperationException("not part of this build"));

        var error = Assert.Throws<ImageCodecMissingException>(() => registry.Default);

        Assert.Contains("one: no one.so in /lib; two: not part of this build", error.Message, StringComparison.Ordinal);
        Assert.Contains("set-up", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_present_codec_of_lowest_rank_is_taken_and_a_format_goes_to_one_that_reads_it()
    {
        var registry = new ImageCodecRegistry();
        registry.Register("absent", 0, () => throw new DllNotFoundException("gone"));
        registry.Register("spare", 2, () => new Fake("spare", ImageFormat.Png, ImageFormat.Svg));
        registry.Register("good", 1, () => new Fake("good", ImageFormat.Png));

        Assert.Equal("good", registry.Default.Name);
        Assert.Equal("good", registry.For(ImageFormat.Png).Name);
        Assert.Equal("spare", registry.For(ImageFormat.Svg).Name);
        Assert.Equal([false, true, true], registry.Status().Select(s => s.IsAvailable));
        var error = Assert.Throws<ImageCodecMissingException>(() => registry.For(ImageFormat.Tiff));
        Assert.Contains("good 1.0 reads Png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registering_a_name_again_replaces_the_codec()
    {
        var registry = new ImageCodecRegistry();
        registry.Register("x", 0, () => throw new DllNotFoundException("gone"));
        registry.Register("x", 0, () => new Fake("x", ImageFormat.Png));
        Assert.Equal("x", registry.Named("x").Name);
        Assert.Single(registry.Status());
    }

    private sealed class Fake(string name, params ImageFormat[] formats) : IImageCodec
    {
        public string Name => name;

        public string Version => "1.0";

        public IReadOnlySet<ImageFormat> Formats { get; } = new HashSet<ImageFormat>(formats);

        public RgbImage Decode(ReadOnlySpan<byte> data, string name, DecodeOptions? options = null) => RgbImage.Filled(1, 1, Rgb.White);

        public byte[] EncodePng(RgbImage image) => [1];
    }
}
