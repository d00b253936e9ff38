namespace MlNetConvVis.Imaging;

/// <summary>Turns the samples of a file into RGB, one rule for every codec.</summary>
internal static class SampleConversion
{
    /// <summary>Cuts 16-bit samples to their upper byte, as Pillow and libpng do.</summary>
    public static byte[] UpperBytes(ReadOnlySpan<ushort> samples)
    {
        var bytes = new byte[samples.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(samples[i] >> 8);
        return bytes;
    }

    /// <summary>Repeats grey, mixes CMYK and lays transparent pixels over the background.</summary>
    /// <param name="samples">Interleaved 8-bit samples, row by row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bands">Samples a pixel.</param>
    /// <param name="kind">What the first samples mean; one more is opacity.</param>
    /// <param name="background">Seen through what is transparent.</param>
    public static RgbImage ToRgb(ReadOnlySpan<byte> samples, int width, int height, int bands, SampleKind kind, Rgb background)
    {
        if (kind == SampleKind.Rgb && bands == 3)
            return new RgbImage(width, height, samples.ToArray());
        var colours = kind switch { SampleKind.Grey => 1, SampleKind.Cmyk => 4, _ => 3 };
        var pixels = new byte[checked(3 * width * height)];
        for (int from = 0, to = 0; to < pixels.Length; from += bands, to += 3)
        {
            var pixel = samples.Slice(from, bands);
            var colour = kind switch
            {
                SampleKind.Grey => new Rgb(pixel[0], pixel[0], pixel[0]),
                SampleKind.Cmyk => new Rgb(Ink(pixel[0], pixel[3]), Ink(pixel[1], pixel[3]), Ink(pixel[2], pixel[3])),
                _ => new Rgb(pixel[0], pixel[1], pixel[2]),
            };
            if (bands > colours)
                colour = Over(colour, pixel[colours], background);
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (colour.R, colour.G, colour.B);
        }

        return new RgbImage(width, height, pixels);
    }

    private static byte Ink(byte ink, byte black) => Rounded((255 - ink) * (255 - black));

    private static Rgb Over(Rgb colour, byte opacity, Rgb background) => new(
        Mix(colour.R, opacity, background.R), Mix(colour.G, opacity, background.G), Mix(colour.B, opacity, background.B));

    private static byte Mix(byte colour, byte opacity, byte background) => Rounded((colour * opacity) + (background * (255 - opacity)));

    private static byte Rounded(int product) => (byte)((product + 127) / 255);
}
