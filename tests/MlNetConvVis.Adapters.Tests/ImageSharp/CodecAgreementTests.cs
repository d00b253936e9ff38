using MlNetConvVis.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace MlNetConvVis.Tests.ImageSharp;

/// <summary>
/// What a network sees must not depend on the codec: libvips and ImageSharp, on the same JPEGs, after resizing. Where the inverse cosine
/// transform gives exactly a half, libjpeg rounds up and ImageSharp to even: one in luma and one in chroma is 1 + 1.772 in blue, three
/// after rounding, and a flat part keeps it however small it is made. In 60 photos of ImageNet that hits 2 values in 10,000.
/// </summary>
public sealed class CodecAgreementTests
{
    [Theory]
    [InlineData(JpegEncodingColor.YCbCrRatio444, 320, 240, 64)]
    [InlineData(JpegEncodingColor.YCbCrRatio444, 201, 333, 128)]
    [InlineData(JpegEncodingColor.YCbCrRatio422, 320, 240, 64)]
    [InlineData(JpegEncodingColor.YCbCrRatio422, 201, 333, 128)]
    [InlineData(JpegEncodingColor.YCbCrRatio420, 320, 240, 64)]
    [InlineData(JpegEncodingColor.YCbCrRatio420, 201, 333, 128)]
    [InlineData(JpegEncodingColor.YCbCrRatio420, 333, 201, 64)]
    [InlineData(JpegEncodingColor.Rgb, 201, 333, 128)]
    [InlineData(JpegEncodingColor.Luminance, 201, 333, 128)]
    public void Resized_pictures_agree_within_two_of_255_and_three_where_rounding_adds_up(JpegEncodingColor colours, int width, int height, int side)
    {
        var (libvips, imageSharp) = (Codec("libvips"), Codec("ImageSharp"));
        var file = Jpeg(colours, width, height);
        var asNetworkSees = new ImagePreprocessing { Width = side * 7 / 8, Height = side * 7 / 8, ShortestSide = side };
        var (expected, actual) = (asNetworkSees.Frame(libvips.Decode(file, "x.jpg")), asNetworkSees.Frame(imageSharp.Decode(file, "x.jpg")));
        Assert.InRange(Spread(expected), 100, 255);
        Imaging.ImageAssert.Close(expected, actual, 3);
        Assert.InRange(ShareBeyondTwo(expected, actual), 0, 0.005);
    }

    // ImageSharp alone repeats chroma over 2x2 pixels, which is off by 40 and more on these edges.
    [Fact]
    public void Chroma_is_interpolated_like_libjpeg_does()
    {
        var file = Jpeg(JpegEncodingColor.YCbCrRatio420, 201, 333);
        var expected = Codec("libvips").Decode(file, "x.jpg");
        Imaging.ImageAssert.Close(expected, Codec("ImageSharp").Decode(file, "x.jpg"), 3);
        using var alone = Image.Load<Rgb24>(file);
        var pixels = new byte[3 * alone.Width * alone.Height];
        alone.CopyPixelDataTo(pixels);
        Assert.True(pixels.Zip(expected.Pixels.ToArray()).Max(static p => Math.Abs(p.First - p.Second)) > 20);
    }

    private static IImageCodec Codec(string name)
    {
        var status = ImageCodecs.Status().Single(s => s.Name == name);
        Assert.SkipUnless(status.IsAvailable, $"{name}: {status.WhyNot}");
        return ImageCodecs.Named(name);
    }

    private static double ShareBeyondTwo(RgbImage a, RgbImage b) =>
        a.Pixels.ToArray().Zip(b.Pixels.ToArray()).Count(static p => Math.Abs(p.First - p.Second) > 2) / (double)a.Pixels.Length;

    private static int Spread(RgbImage image) => image.Pixels.ToArray().Max() - image.Pixels.ToArray().Min();

    // Coloured discs over a slope, with fine noise: edges in luma and chroma, flat parts, saturated parts.
    private static byte[] Jpeg(JpegEncodingColor colours, int width, int height)
    {
        var random = new Random(0x5EED);
        var discs = Enumerable.Range(0, 24)
            .Select(_ => (X: random.Next(width), Y: random.Next(height), R: random.Next(4, 40), Colour: RandomColour(random))).ToArray();
        using var picture = new Image<Rgb24>(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var over = Array.FindLastIndex(discs, d => ((x - d.X) * (x - d.X)) + ((y - d.Y) * (y - d.Y)) < d.R * d.R);
                picture[x, y] = over < 0 ? Slope(x, y, width, height) : discs[over].Colour;
            }
        }

        using var file = new MemoryStream();
        picture.Save(file, new JpegEncoder { ColorType = colours, Quality = 88 });
        return file.ToArray();
    }

    private static Rgb24 RandomColour(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));

    private static Rgb24 Slope(int x, int y, int width, int height) =>
        new((byte)(255 * x / width), (byte)(255 * y / height), (byte)((((x * 7) + (y * 13)) % 32) + 112));
}
