namespace MlNetConvVis.Imaging;

/// <summary>
/// Draws values of 0 or more as heat over a photo. The colours run from dark violet over red to light yellow; their lightness rises evenly in OKLab
/// (Ottosson 2020, "A perceptual color space for image processing"), so equal steps of the value look equally large, also without colour vision.
/// </summary>
public static class HeatPicture
{
    private const int Steps = 256;
    private const double MostOpaque = 0.75;

    // lightness, chroma and hue (degrees) of OKLab at values 0, 1/3, 2/3 and 1; dark and light ends hold little chroma in sRGB
    private static readonly (double L, double C, double H)[] s_stops = [(0.22, 0.10, 295), (0.45, 0.17, 335), (0.68, 0.17, 400), (0.92, 0.14, 460)];

    private static readonly Rgb[] s_colours = [.. Enumerable.Range(0, Steps).Select(static i => Computed(i / (Steps - 1.0)))];

    /// <summary>Gets the colour of a value.</summary>
    /// <param name="value">0 (cold) to 1 (hot); what lies outside is cut off.</param>
    public static Rgb Colour(float value) => s_colours[(int)Math.Round(Math.Clamp(value, 0, 1) * (Steps - 1))];

    /// <summary>Lays heat over a photo: the hotter, the more it covers; where the value is 0 the photo stays, in greys.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="heat">Rows of values of 0 or more, of the photo's size; the largest is drawn hottest.</param>
    /// <exception cref="ArgumentException">The sizes differ, or a value is no number.</exception>
    public static RgbImage Over(RgbImage photo, ReadOnlySpan<float> heat)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (heat.Length != photo.Width * photo.Height)
            throw new ArgumentException($"{heat.Length} values do not lie over a photo of {photo.Width}x{photo.Height}.", nameof(heat));
        var largest = TensorPicture.LargestMagnitude(heat);
        var pixels = new byte[3 * heat.Length];
        for (var i = 0; i < heat.Length; i++)
        {
            var value = largest > 0 ? Math.Max(0, heat[i]) / largest : 0;
            var colour = Colour(value);
            var source = photo.Pixels.Slice(3 * i, 3);
            var grey = GreyLevel.Of(source[0], source[1], source[2]);
            var opacity = MostOpaque * Math.Sqrt(value);
            pixels[3 * i] = Mixed(grey, colour.R, opacity);
            pixels[(3 * i) + 1] = Mixed(grey, colour.G, opacity);
            pixels[(3 * i) + 2] = Mixed(grey, colour.B, opacity);
        }

        return new RgbImage(photo.Width, photo.Height, pixels);
    }

    private static byte Mixed(double below, double above, double opacity) => (byte)Math.Round((below * (1 - opacity)) + (above * opacity));

    private static Rgb Computed(double value)
    {
        var at = value * (s_stops.Length - 1);
        var k = Math.Min((int)at, s_stops.Length - 2);
        var (a, b, t) = (s_stops[k], s_stops[k + 1], at - k);
        var hue = double.DegreesToRadians(a.H + ((b.H - a.H) * t));
        var chroma = a.C + ((b.C - a.C) * t);
        return FromOklab(s_stops[0].L + ((s_stops[^1].L - s_stops[0].L) * value), chroma * Math.Cos(hue), chroma * Math.Sin(hue));
    }

    /// <summary>OKLab to linear light to sRGB, Ottosson's matrices.</summary>
    private static Rgb FromOklab(double lightness, double a, double b)
    {
        var l = Math.Pow(lightness + (0.3963377774 * a) + (0.2158037573 * b), 3);
        var m = Math.Pow(lightness - (0.1055613458 * a) - (0.0638541728 * b), 3);
        var s = Math.Pow(lightness - (0.0894841775 * a) - (1.2914855480 * b), 3);
        return new Rgb(
            Encoded((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)),
            Encoded((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)),
            Encoded((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s)));
    }

    private static byte Encoded(double linear)
    {
        var v = Math.Clamp(linear, 0, 1);
        return (byte)Math.Round(255 * (v <= 0.0031308 ? 12.92 * v : (1.055 * Math.Pow(v, 1 / 2.4)) - 0.055));
    }
}
