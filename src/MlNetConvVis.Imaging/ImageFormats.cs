using System.Collections.Frozen;

namespace MlNetConvVis.Imaging;

/// <summary>Tells formats apart: by file name when looking for images, by content when decoding them.</summary>
public static class ImageFormats
{
    private const int SvgProbeLength = 4096;

    private static readonly FrozenDictionary<string, ImageFormat> s_byExtension = new Dictionary<string, ImageFormat>
    {
        [".jpg"] = ImageFormat.Jpeg, [".jpeg"] = ImageFormat.Jpeg, [".jpe"] = ImageFormat.Jpeg, [".jfif"] = ImageFormat.Jpeg,
        [".png"] = ImageFormat.Png, [".webp"] = ImageFormat.WebP, [".gif"] = ImageFormat.Gif,
        [".bmp"] = ImageFormat.Bmp, [".dib"] = ImageFormat.Bmp,
        [".tif"] = ImageFormat.Tiff, [".tiff"] = ImageFormat.Tiff, [".svg"] = ImageFormat.Svg,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the file name endings taken for images, with the dot, in ordinal order.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. s_byExtension.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Says whether a file's name ends like an image's.</summary>
    /// <param name="path">A file name or path; the case of the ending does not matter.</param>
    public static bool HasImageExtension(string path) => s_byExtension.ContainsKey(Path.GetExtension(path));

    /// <summary>Finds the format by the first bytes, never by name.</summary>
    /// <param name="data">The file's content; 4096 bytes are enough.</param>
    /// <returns>The format, or null when it is none of ours.</returns>
    public static ImageFormat? Detect(ReadOnlySpan<byte> data) =>
        data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageFormat.Jpeg
        : IsPng(data) ? ImageFormat.Png
        : data.StartsWith("RIFF"u8) && data.Length >= 12 && data[8..].StartsWith("WEBP"u8) ? ImageFormat.WebP
        : data.StartsWith("GIF87a"u8) || data.StartsWith("GIF89a"u8) ? ImageFormat.Gif
        : data.StartsWith("BM"u8) ? ImageFormat.Bmp
        : IsTiff(data) ? ImageFormat.Tiff
        : IsSvg(data) ? ImageFormat.Svg
        : null;

    private static bool IsPng(ReadOnlySpan<byte> data) =>
        data.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

    // "II" or "MM", then 42 (TIFF) or 43 (BigTIFF) in that byte order.
    private static bool IsTiff(ReadOnlySpan<byte> data) =>
        data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8) || data.StartsWith("II+\0"u8) || data.StartsWith("MM\0+"u8);

    // SVG has no magic bytes: text that begins with '<' and names an svg element early on.
    private static bool IsSvg(ReadOnlySpan<byte> data)
    {
        var text = data[..Math.Min(data.Length, SvgProbeLength)];
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            text = text[3..];
        return text.TrimStart(" \t\r\n"u8).StartsWith("<"u8) && text.IndexOf("<svg"u8) >= 0;
    }
}
