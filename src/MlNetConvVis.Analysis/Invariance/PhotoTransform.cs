using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>The transformations of figure 5.</summary>
public enum TransformKind
{
    /// <summary>Moved down by pixels; up where negative.</summary>
    Translation,

    /// <summary>Enlarged around the middle by a factor; made smaller below 1.</summary>
    Scale,

    /// <summary>Turned around the middle by degrees, counter-clockwise.</summary>
    Rotation,
}

/// <summary>A photo moved, enlarged or turned.</summary>
/// <param name="Kind">How.</param>
/// <param name="Amount">Pixels down, a factor above 0, or degrees counter-clockwise.</param>
public readonly record struct PhotoTransform(TransformKind Kind, double Amount)
{
    /// <summary>Gets whether the photo stays as it is.</summary>
    public bool IsIdentity => Kind == TransformKind.Scale ? Amount == 1 : Kind == TransformKind.Rotation ? Amount % 360 == 0 : Amount == 0;

    /// <summary>Transforms a photo.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="fill">The colour of what lies outside the photo.</param>
    /// <returns>A photo of the same size.</returns>
    public RgbImage Apply(RgbImage photo, Rgb fill)
    {
        if (IsIdentity) return photo;
        var values = Values(photo, fill);
        var pixels = new byte[values.Length];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)Math.Clamp(Math.Round(values[i]), 0, 255);
        return new RgbImage(photo.Width, photo.Height, pixels);
    }

    /// <summary>
    /// The transformed photo before rounding, bilinear between the four nearest pixels, of which those outside the photo have the fill's colour. A pixel p of the
    /// result shows the photo at c + A(p - c - t), c being the middle and A the inverse of the rotation and scale.
    /// </summary>
    internal double[] Values(RgbImage photo, Rgb fill)
    {
        ArgumentNullException.ThrowIfNull(photo);
        var (middleX, middleY) = ((photo.Width - 1) / 2.0, (photo.Height - 1) / 2.0);
        var angle = Kind == TransformKind.Rotation ? double.DegreesToRadians(Amount) : 0;
        var (sin, cos, scale) = (Math.Sin(angle), Math.Cos(angle), Kind == TransformKind.Scale ? Amount : 1);
        var shift = Kind == TransformKind.Translation ? Amount : 0;
        var values = new double[3 * photo.Width * photo.Height];
        for (var i = 0; i < photo.Width * photo.Height; i++)
        {
            var (x, y) = ((i % photo.Width) - middleX, (i / photo.Width) - middleY - shift);
            Sample(photo, fill, middleX + (((cos * x) - (sin * y)) / scale), middleY + (((sin * x) + (cos * y)) / scale), values.AsSpan(3 * i, 3));
        }

        return values;
    }

    private static void Sample(RgbImage photo, Rgb fill, double x, double y, Span<double> pixel)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (right, bottom) = (x - left, y - top);
        for (var tap = 0; tap < 4; tap++)
        {
            var (column, row) = (left + (tap % 2), top + (tap / 2));
            var weight = (tap % 2 == 0 ? 1 - right : right) * (tap / 2 == 0 ? 1 - bottom : bottom);
            if (weight == 0) continue;
            var colour = (uint)column < (uint)photo.Width && (uint)row < (uint)photo.Height ? photo[column, row] : fill;
            pixel[0] += weight * colour.R;
            pixel[1] += weight * colour.G;
            pixel[2] += weight * colour.B;
        }
    }
}
