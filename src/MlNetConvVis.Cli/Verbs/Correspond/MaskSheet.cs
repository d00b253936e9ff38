using MlNetConvVis.Analysis;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Correspond;

/// <summary>Draws what was masked: a row a photo, a column a part (of random ones the first draw).</summary>
internal static class MaskSheet
{
    private const int Side = 128;
    private static readonly Rgb s_ink = new(68, 68, 68);

    public static RgbImage Of(IReadOnlyList<RgbImage> frames, IReadOnlyList<MaskedPart> parts, RgbImage fill)
    {
        var tiles = new List<RgbImage?>();
        for (var i = 0; i < frames.Count; i++)
        {
            tiles.Add(Tile(frames[i], i == 0 ? "photo" : " "));
            foreach (var part in parts) tiles.Add(Tile(Masked(frames[i], part.Repeats[0][i], fill), i == 0 ? part.Name : " "));
        }

        return new ImageSheet { Columns = 1 + parts.Count, Gap = 4, Margin = 8 }.Compose(tiles);
    }

    private static RgbImage Tile(RgbImage picture, string label)
    {
        var longer = Math.Max(picture.Width, picture.Height);
        var sized = longer > Side ? picture.Resize(Math.Max(1, picture.Width * Side / longer), Math.Max(1, picture.Height * Side / longer)) : picture.EnlargeTo(Side);
        return sized.Labelled(label, s_ink, Rgb.White);
    }

    private static RgbImage Masked(RgbImage photo, PixelMask mask, RgbImage fill)
    {
        var pixels = photo.Pixels.ToArray();
        for (var i = 0; i < photo.Width * photo.Height; i++)
        {
            if (mask[i / photo.Width, i % photo.Width]) fill.Pixels.Slice(3 * i, 3).CopyTo(pixels.AsSpan(3 * i));
        }

        return new RgbImage(photo.Width, photo.Height, pixels);
    }
}
