namespace MlNetConvVis.Imaging;

/// <summary>How an image file becomes an <see cref="RgbImage"/>.</summary>
public sealed record DecodeOptions
{
    /// <summary>Gets the options used when none are given.</summary>
    public static DecodeOptions Default { get; } = new();

    /// <summary>Gets how many pixels a file may claim before it is refused (a small file can unpack to gigabytes).</summary>
    /// <value>The default is 200,000,000.</value>
    public long MaxPixels { get; init; } = 200_000_000;

    /// <summary>Gets the colour that shows through where an image is transparent.</summary>
    /// <value>The default is white.</value>
    public Rgb Background { get; init; } = Rgb.White;

    /// <summary>Gets the length in pixels of the longer side that an SVG is drawn at.</summary>
    /// <value>The default is null: the size the file states.</value>
    public int? VectorSide { get; init; }
}
