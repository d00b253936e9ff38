using System.Globalization;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Draws what was found at each place of an occluder as a picture of the image's size: each pixel takes the place whose middle is nearest, so that the
/// picture lies over the photo as it is.</summary>
public static class PlacePicture
{
    private const int BarHeight = 8;

    /// <summary>Draws values as heat, the smallest dark violet and the largest light yellow.</summary>
    /// <param name="grid">The places.</param>
    /// <param name="values">One a place.</param>
    public static RgbImage Heat(OccluderGrid grid, IReadOnlyList<float> values)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(values);
        var (low, high) = (values.Min(), values.Max());
        return Paint(grid, p => HeatPicture.Colour(high > low ? (values[p] - low) / (high - low) : 0));
    }

    /// <summary>Draws a colour for each place.</summary>
    /// <param name="grid">The places.</param>
    /// <param name="colour">Gives a place's colour.</param>
    public static RgbImage Paint(OccluderGrid grid, Func<int, Rgb> colour)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(colour);
        var rows = Nearest(grid.Tops, grid.OccluderHeight, grid.Height);
        var columns = Nearest(grid.Lefts, grid.OccluderWidth, grid.Width);
        Rgb[] colours = [.. Enumerable.Range(0, grid.Count).Select(colour)];
        var pixels = new byte[3 * grid.Width * grid.Height];
        for (var i = 0; i < grid.Width * grid.Height; i++)
        {
            var own = colours[(rows[i / grid.Width] * grid.Lefts.Count) + columns[i % grid.Width]];
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (own.R, own.G, own.B);
        }

        return new RgbImage(grid.Width, grid.Height, pixels);
    }

    /// <summary>Draws the scale of <see cref="Heat"/> with its ends written below.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="values">The values that were drawn.</param>
    /// <param name="ink">The letters' colour.</param>
    public static RgbImage HeatScale(int width, IReadOnlyList<float> values, Rgb ink)
    {
        var pixels = new byte[3 * width * BarHeight];
        for (var i = 0; i < width * BarHeight; i++)
        {
            var colour = HeatPicture.Colour((i % width) / (float)Math.Max(1, width - 1));
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (colour.R, colour.G, colour.B);
        }

        var (low, high) = (Number(values.Min()), Number(values.Max()));
        var (left, right) = (Lettering.Write(low, ink, Rgb.White), Lettering.Write(high, ink, Rgb.White));
        var ends = new PictureStack(width).Beside(left, right);
        return new PictureStack(width).Below(new RgbImage(width, BarHeight, pixels), ends);
    }

    private static string Number(float value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>For each pixel the step whose occluder's middle is nearest.</summary>
    private static int[] Nearest(IReadOnlyList<int> starts, int size, int pixels)
    {
        var nearest = new int[pixels];
        for (var p = 0; p < pixels; p++)
            nearest[p] = Enumerable.Range(0, starts.Count).MinBy(s => Math.Abs(starts[s] + ((size - 1) / 2.0) - p));
        return nearest;
    }
}

/// <summary>Sets pictures of different sizes below one another, left aligned.</summary>
/// <param name="width">Columns of the result; wider pictures are cut off.</param>
internal sealed class PictureStack(int width)
{
    private const int Gap = 3;

    public RgbImage Below(params IReadOnlyList<RgbImage> pictures)
    {
        var height = pictures.Sum(static p => p.Height) + (Gap * (pictures.Count - 1));
        var pixels = RgbImage.Filled(width, height, Rgb.White).Pixels.ToArray();
        var top = 0;
        foreach (var picture in pictures)
        {
            Copy(picture, 0, top, pixels);
            top += picture.Height + Gap;
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>Sets one picture at the left end and one at the right.</summary>
    public RgbImage Beside(RgbImage left, RgbImage right)
    {
        var pixels = RgbImage.Filled(width, Math.Max(left.Height, right.Height), Rgb.White).Pixels.ToArray();
        Copy(left, 0, 0, pixels);
        Copy(right, Math.Max(0, width - right.Width), 0, pixels);
        return new RgbImage(width, pixels.Length / 3 / width, pixels);
    }

    /// <summary>Sets one picture right behind another.</summary>
    public RgbImage Row(RgbImage first, RgbImage second)
    {
        var pixels = RgbImage.Filled(width, Math.Max(first.Height, second.Height), Rgb.White).Pixels.ToArray();
        Copy(first, 0, 0, pixels);
        if (first.Width + Gap < width) Copy(second, first.Width + Gap, 0, pixels);
        return new RgbImage(width, pixels.Length / 3 / width, pixels);
    }

    private void Copy(RgbImage picture, int x, int y, byte[] pixels)
    {
        var columns = Math.Min(picture.Width, width - x);
        for (var row = 0; row < picture.Height; row++)
            picture.Pixels.Slice(3 * row * picture.Width, 3 * columns).CopyTo(pixels.AsSpan(3 * (((y + row) * width) + x)));
    }
}
