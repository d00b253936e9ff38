namespace MlNetConvVis.Imaging;

/// <summary>An 8-bit RGB picture: rows from top to bottom, three bytes (red, green, blue) a pixel, no padding.</summary>
public sealed class RgbImage
{
    private readonly byte[] _pixels;

    /// <summary>Takes over <paramref name="pixels"/> without a copy; the caller must not write to it afterwards.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Interleaved RGB, exactly <c>width * height * 3</c> bytes.</param>
    /// <exception cref="ArgumentException">The length does not fit the size.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException(
                $"{pixels.LongLength} bytes do not make a picture of {width}x{height}: " +
                $"{3L * width * height} (RGB, interleaved) are wanted.", nameof(pixels));
        }

        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Gets the pixels a row.</summary>
    public int Width { get; }

    /// <summary>Gets the rows.</summary>
    public int Height { get; }

    /// <summary>Gets the interleaved RGB bytes, row by row; pixel (x, y) begins at <c>3 * (y * Width + x)</c>.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Makes a picture of one colour.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="colour">The colour of every pixel.</param>
    public static RgbImage Filled(int width, int height, Rgb colour)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var pixels = new byte[checked(3 * width * height)];
        for (var i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (colour.R, colour.G, colour.B);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>Gets one pixel.</summary>
    /// <param name="x">Column, from 0.</param>
    /// <param name="y">Row, from 0.</param>
    public Rgb this[int x, int y]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)x, (uint)Width, nameof(x));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)y, (uint)Height, nameof(y));
            var at = 3 * ((y * Width) + x);
            return new Rgb(_pixels[at], _pixels[at + 1], _pixels[at + 2]);
        }
    }
}
