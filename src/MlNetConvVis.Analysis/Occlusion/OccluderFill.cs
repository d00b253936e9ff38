using System.Globalization;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>What an occluder is filled with.</summary>
/// <param name="Colour">The colour; null for mean grey: zero where preprocessing subtracts a mean, the pixel 128 where it subtracts none.</param>
public sealed record OccluderFill(Rgb? Colour)
{
    /// <summary>Gets mean grey, the default.</summary>
    public static OccluderFill Mean { get; } = new((Rgb?)null);

    /// <summary>Reads <c>mean</c>, <c>grey</c>, <c>black</c>, <c>white</c>, or pixels of 0 to 255: one for all channels, or red, green and blue.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The fill; null for another text.</returns>
    public static OccluderFill? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "mean") return Mean;
        if (text == "grey") return new(Rgb.Grey);
        if (text == "black") return new(new Rgb(0, 0, 0));
        if (text == "white") return new(Rgb.White);
        var pixels = new List<byte>();
        foreach (var part in text.Split(','))
        {
            if (!byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var pixel)) return null;
            pixels.Add(pixel);
        }

        return pixels switch
        {
            [var all] => new(new Rgb(all, all, all)),
            [var r, var g, var b] => new(new Rgb(r, g, b)),
            _ => null,
        };
    }

    /// <summary>Makes an image that holds nothing but the fill.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <returns>The image, in the network's own order of axes.</returns>
    public float[] Cover(ConvNet net)
    {
        ArgumentNullException.ThrowIfNull(net);
        var preprocessing = net.RequirePreprocessing();
        var cover = new float[preprocessing.TensorLength];
        var subtracts = preprocessing.PerPixelMean || Enumerable.Range(0, preprocessing.ChannelCount).Any(c => preprocessing.Mean[c] != 0);
        if ((Colour ?? (subtracts ? null : Rgb.Grey)) is { } colour)
            preprocessing.Normalize(RgbImage.Filled(preprocessing.Width, preprocessing.Height, colour), cover);
        return cover;
    }
}
