using System.Buffers.Binary;

namespace MlNetConvVis.Reports;

/// <summary>A PNG picture that travels inside the page.</summary>
public sealed record ReportPicture
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Takes a PNG file's content.</summary>
    /// <param name="png">The bytes of the file.</param>
    /// <param name="alternative">What the picture shows, for somebody who cannot see it.</param>
    /// <param name="caption">What stands below it, or null.</param>
    /// <exception cref="ArgumentException">The bytes are not a PNG file, or the alternative is empty.</exception>
    public ReportPicture(ReadOnlyMemory<byte> png, string alternative, string? caption = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alternative);
        var header = png.Span;    // signature, then length and name of the IHDR chunk, then width and height
        if (header.Length < 24 || !header.StartsWith(Signature) || !header[12..16].SequenceEqual("IHDR"u8))
        {
            throw new ArgumentException(
                $"The picture '{alternative}' is not a PNG file ({png.Length} bytes came). Encode it as PNG first.", nameof(png));
        }
        (Png, Alternative, Caption) = (png, alternative, caption);
        Width = BinaryPrimitives.ReadInt32BigEndian(header[16..]);
        Height = BinaryPrimitives.ReadInt32BigEndian(header[20..]);
    }

    /// <summary>Gets the bytes of the PNG file.</summary>
    public ReadOnlyMemory<byte> Png { get; }

    /// <summary>Gets what the picture shows, for somebody who cannot see it.</summary>
    public string Alternative { get; }

    /// <summary>Gets what stands below it, or null.</summary>
    public string? Caption { get; }

    /// <summary>Gets the width in pixels.</summary>
    public int Width { get; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height { get; }
}
