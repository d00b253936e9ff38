using System.Text;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

/// <summary>Every codec that is here, against what Pillow and libjpeg read (Reference/make_reference.py).</summary>
public sealed class CodecTests
{
    private const string Svg = """<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="10" height="10" fill="#f00"/></svg>""";

    public static TheoryData<string> Codecs() => [.. Present().Select(c => c.Name)];

    // File, what it must give, and how far a sample may be off. Lossless formats: not at all. JPEG decoders may round differently: one off in
    // luma and one in chroma is 1 + 1.772 in blue. libjpeg's descendants (libvips, Pillow) round alike, ImageSharp does not.
    public static TheoryData<string, string, string, int> Files()
    {
        var files = new TheoryData<string, string, string, int>();
        foreach (var codec in Present())
        {
            foreach (var (file, expected, allowed) in Expectations())
                files.Add(codec.Name, file, expected, codec.Name == "ImageSharp" && file.EndsWith(".jpg", StringComparison.Ordinal) ? allowed + 1 : allowed);
        }

        return files;
    }

    [Theory, MemberData(nameof(Files))]
    public void A_file_gives_the_pixels_that_others_read_from_it(string codec, string file, string expected, int allowed) =>
        ImageAssert.Close(ImageAssert.Reference(expected), Decode(codec, file), allowed);

    [Theory, MemberData(nameof(Codecs))]
    public void Background_shows_through_where_an_image_is_transparent(string codec)
    {
        var onRed = Named(codec).Decode(ReferenceFile.Bytes("Imaging", "transparent.png"), "x", new DecodeOptions { Background = new Rgb(255, 0, 0) });
        ImageAssert.Close(ImageAssert.Reference("transparent_red.npy"), onRed, 1);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void Png_keeps_every_pixel(string codec)
    {
        var image = ImageAssert.Reference("small.npy");
        ImageAssert.Close(image, Named(codec).Decode(Named(codec).EncodePng(image), "x.png"), 0);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void Svg_is_drawn_at_the_size_asked_for(string codec)
    {
        Assert.SkipUnless(Named(codec).Formats.Contains(ImageFormat.Svg), $"{codec} reads no SVG");
        var plain = Named(codec).Decode(Encoding.UTF8.GetBytes(Svg), "x.svg");
        var large = Named(codec).Decode(Encoding.UTF8.GetBytes(Svg), "x.svg", new DecodeOptions { VectorSide = 64 });
        Assert.Equal((20, 10), (plain.Width, plain.Height));
        Assert.Equal((64, 32), (large.Width, large.Height));
        Assert.Equal(new Rgb(255, 0, 0), large[20, 20]);
        Assert.Equal(Rgb.White, large[44, 20]);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void A_file_cut_short_is_refused_by_name(string codec)
    {
        foreach (var file in new[] { "444.jpg", "progressive.jpg", "rgb.png", "lossless.webp", "lossy.webp", "animated.gif", "rgb.bmp", "run8.bmp", "rgb.tif" })
        {
            var whole = ReferenceFile.Bytes("Imaging", file);
            var error = Assert.Throws<ImageDecodeException>(() => Named(codec).Decode(whole.AsSpan(0, whole.Length * 2 / 5), "folder/" + file));
            Assert.Equal("folder/" + file, error.File);
            Assert.StartsWith($"Image 'folder/{file}' cannot be read: ", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(error.Reason);
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void Broken_content_is_refused_or_decoded_but_never_crashes(string codec)
    {
        foreach (var file in new[] { "420.jpg", "rgb.png", "lossy.webp", "animated.gif", "rgb.bmp", "565.bmp", "run8.bmp", "rgb.tif", "palette.bmp" })
        {
            var content = ReferenceFile.Bytes("Imaging", file);
            var random = new Random(0x5EED);
            for (var trial = 0; trial < 40; trial++)
            {
                var broken = content.ToArray();
                for (var i = 0; i < 4; i++)
                    broken[random.Next(Math.Min(broken.Length, 200))] = (byte)random.Next(256);
                try
                {
                    var image = Named(codec).Decode(broken, file, new DecodeOptions { MaxPixels = 1_000_000 });
                    Assert.InRange((long)image.Width * image.Height, 1, 1_000_000);
                }
                catch (ImageDecodeException e)
                {
                    Assert.Equal(file, e.File);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Codecs))]
    public void What_is_no_image_is_refused_with_its_first_bytes(string codec)
    {
        var error = Assert.Throws<ImageDecodeException>(() => Named(codec).Decode("hello, world"u8, "notes.jpg"));
        Assert.Contains("68656C6C6F2C2077", error.Message, StringComparison.Ordinal);
        Assert.Contains("Jpeg", error.Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<ImageDecodeException>(() => Named(codec).Decode([], "x.png")).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Codecs))]
    public void A_picture_larger_than_allowed_is_refused_before_it_is_unpacked(string codec)
    {
        foreach (var file in new[] { "rgb.png", "444.jpg", "rgb.bmp" })
        {
            var error = Assert.Throws<ImageDecodeException>(() => Decode(codec, file, new DecodeOptions { MaxPixels = 431 }));
            Assert.Contains("431", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(24, Decode(codec, "rgb.png", new DecodeOptions { MaxPixels = 432 }).Width);
    }

    [Fact]
    public void The_default_codec_is_one_that_is_here() => Assert.Contains(ImageCodecs.Default.Name, Present().Select(c => c.Name));

    private static IEnumerable<ImageCodecStatus> Present() => ImageCodecs.Status().Where(s => s.IsAvailable);

    private static IEnumerable<(string File, string Expected, int Allowed)> Expectations()
    {
        foreach (var file in new[] { "rgb.png", "rgb.tif", "rgb.bmp", "lossless.webp", "top_down.bmp" })
            yield return (file, "small.npy", 0);
        foreach (var file in new[] { "grey.png", "grey16.png", "grey16.tif" })
            yield return (file, "grey.npy", 0);
        foreach (var file in new[] { "bilevel.png", "bilevel.bmp", "bilevel.tif" })
            yield return (file, "bilevel.npy", 0);
        foreach (var file in new[] { "palette.bmp", "565.bmp", "run8.bmp", "run4.bmp" })
            yield return (file, file.Replace('.', '_') + ".npy", 0);
        yield return ("animated.gif", "animated.npy", 0);
        yield return ("transparent.png", "transparent_white.npy", 1);
        yield return ("transparent.bmp", "transparent_white.npy", 1);
        foreach (var file in new[] { "444.jpg", "420.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "lossy.webp" })
            yield return (file, file.Replace('.', '_') + ".npy", 2);
        for (var orientation = 1; orientation <= 8; orientation++)
            yield return ($"orientation{orientation}.jpg", $"orientation{orientation}_jpg.npy", 2);
    }

    private static IImageCodec Named(string name) => ImageCodecs.Named(name);

    private static RgbImage Decode(string codec, string file, DecodeOptions? options = null) =>
        Named(codec).Decode(ReferenceFile.Bytes("Imaging", file), file, options);
}
