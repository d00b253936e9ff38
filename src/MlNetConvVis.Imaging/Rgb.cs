namespace MlNetConvVis.Imaging;

/// <summary>A colour, 0 to 255 a channel.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Gets white.</summary>
    public static Rgb White { get; } = new(255, 255, 255);

    /// <summary>Gets the grey that stands for zero in pictures of signed values.</summary>
    public static Rgb Grey { get; } = new(128, 128, 128);
}
