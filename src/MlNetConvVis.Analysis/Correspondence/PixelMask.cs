using MlNetConvVis.Data;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Which pixels of an image are covered.</summary>
public sealed class PixelMask
{
    private const int Half = 128;
    private readonly bool[] _covered;

    /// <summary>Takes a mask.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="covered">Row by row, whether each pixel is covered.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than pixels.</exception>
    public PixelMask(int height, int width, IReadOnlyList<bool> covered)
    {
        ArgumentNullException.ThrowIfNull(covered);
        if (covered.Count != height * width) throw new ArgumentException($"{covered.Count} values do not cover {height}x{width} pixels.", nameof(covered));
        (Height, Width, _covered) = (height, width, [.. covered]);
    }

    /// <summary>Gets the rows.</summary>
    public int Height { get; }

    /// <summary>Gets the columns.</summary>
    public int Width { get; }

    /// <summary>Gets whether a pixel is covered.</summary>
    /// <param name="y">The row.</param>
    /// <param name="x">The column.</param>
    public bool this[int y, int x] => _covered[(y * Width) + x];

    /// <summary>Gets how many pixels are covered.</summary>
    public int Count => _covered.Count(static c => c);

    /// <summary>Gets the rows and columns that hold all covered pixels; 0 for an empty mask.</summary>
    public (int Height, int Width) Extent
    {
        get
        {
            var places = Enumerable.Range(0, _covered.Length).Where(i => _covered[i]).ToArray();
            return places.Length == 0 ? (0, 0) : (places.Max(i => i / Width) - places.Min(i => i / Width) + 1, places.Max(i => i % Width) - places.Min(i => i % Width) + 1);
        }
    }

    /// <summary>Covers rectangles.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="windows">The rectangles; what lies outside the image is cut off.</param>
    public static PixelMask Of(int height, int width, params IReadOnlyList<PixelWindow> windows) => new(height, width,
        [.. Enumerable.Range(0, height * width).Select(i => windows.Any(w =>
            i % width >= w.X && i % width < w.X + w.Width && i / width >= w.Y && i / width < w.Y + w.Height))]);

    /// <summary>Reads a mask picture: what is light (a mean of 128 or more) is covered.</summary>
    /// <param name="picture">The picture.</param>
    public static PixelMask Of(RgbImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pixels = picture.Pixels.ToArray();
        return new(picture.Height, picture.Width,
            [.. Enumerable.Range(0, picture.Width * picture.Height).Select(i => pixels[3 * i] + pixels[(3 * i) + 1] + pixels[(3 * i) + 2] >= 3 * Half)]);
    }

    /// <summary>Draws a rectangle of some size at random, every place alike.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="size">The rectangle's rows and columns; at most the image's.</param>
    /// <param name="random">The draws.</param>
    public static PixelMask Random(int height, int width, (int Height, int Width) size, SplitMix64 random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var (y, x) = (random.Below(height - size.Height + 1), random.Below(width - size.Width + 1));
        return Of(height, width, new PixelWindow(x, y, size.Width, size.Height));
    }

    /// <summary>Draws the mask as a picture, white where it covers.</summary>
    public RgbImage ToImage() => new(Width, Height, [.. _covered.SelectMany(static c => Enumerable.Repeat(c ? (byte)255 : (byte)0, 3))]);

    /// <summary>Covers an image.</summary>
    /// <param name="image">The image, in the order of the axes; covered in place.</param>
    /// <param name="cover">What shows where it is covered, in the same order.</param>
    /// <param name="axes">The order of the image's axes.</param>
    public void Apply(Span<float> image, ReadOnlySpan<float> cover, ImageAxes axes)
    {
        var (plane, channels) = (Height * Width, image.Length / (Height * Width));
        for (var i = 0; i < plane; i++)
        {
            if (!_covered[i]) continue;
            for (var c = 0; c < channels; c++)
            {
                var at = axes == ImageAxes.Nchw ? (c * plane) + i : (i * channels) + c;
                image[at] = cover[at];
            }
        }
    }
}
