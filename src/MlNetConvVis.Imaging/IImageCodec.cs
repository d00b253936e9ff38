namespace MlNetConvVis.Imaging;

/// <summary>
/// Decodes image files and writes PNG. Whatever the library underneath, the result follows one convention: EXIF orientation applied,
/// colour profiles ignored, transparency flattened on <see cref="DecodeOptions.Background"/>, grey repeated, CMYK as
/// (255 - C)(255 - K) / 255, 16-bit samples cut to their upper byte. Implementations are safe to call from several threads.
/// </summary>
public interface IImageCodec
{
    /// <summary>Gets the name of the library that does the work.</summary>
    string Name { get; }

    /// <summary>Gets the version of that library.</summary>
    string Version { get; }

    /// <summary>Gets the formats it decodes.</summary>
    IReadOnlySet<ImageFormat> Formats { get; }

    /// <summary>Decodes one image; of an animation the first frame.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="name">The file's name, for error messages only; the format is found by content.</param>
    /// <param name="options">Limits and background; null: <see cref="DecodeOptions.Default"/>.</param>
    /// <exception cref="ImageDecodeException">Not an image of a known format, broken, cut short, or too large.</exception>
    RgbImage Decode(ReadOnlySpan<byte> data, string name, DecodeOptions? options = null);

    /// <summary>Encodes a picture as PNG (8-bit RGB, no metadata).</summary>
    /// <param name="image">The picture.</param>
    /// <returns>The file's content.</returns>
    byte[] EncodePng(RgbImage image);
}
