using System.Buffers.Binary;

namespace MlNetConvVis.ImageSharp;

/// <summary>What a JPEG's header says of its samples (ITU T.81 B.2).</summary>
/// <param name="FrameAt">Where the start-of-frame segment begins.</param>
/// <param name="Precision">Bits a sample.</param>
/// <param name="Components">Samples a pixel.</param>
/// <param name="ChromaX">How many pixels side by side share their chroma; 0 where the components do not follow that scheme.</param>
/// <param name="ChromaY">How many pixels on top of each other share their chroma; 0 likewise.</param>
/// <param name="IsYcc">Whether the components are luma and chroma, by libjpeg's rule; otherwise red, green, blue.</param>
internal readonly record struct JpegHeader(int FrameAt, int Precision, int Components, int ChromaX, int ChromaY, bool IsYcc)
{
    private const int FrameLength = 6;

    /// <summary>Reads the segments up to the start of frame; null when there is none or it is damaged.</summary>
    public static JpegHeader? Read(ReadOnlySpan<byte> data)
    {
        var (at, hasJfif, adobeTransform) = (2, false, (byte?)null);
        while (at + 3 < data.Length)
        {
            if (data[at] != 0xFF || data[at + 1] == 0xFF)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            if (length < 2 || at + 2 + length > data.Length)
                return null;
            var body = data.Slice(at + 4, length - 2);
            switch (data[at + 1])
            {
                case 0xE0:
                    hasJfif |= body.StartsWith("JFIF\0"u8);
                    break;
                case 0xEE when body.Length >= 12 && body.StartsWith("Adobe"u8):
                    adobeTransform = body[11];
                    break;
                case 0xC4 or 0xC8 or 0xCC: // tables, reserved, arithmetic conditioning: between the start-of-frame markers, but none
                    break;
                case >= 0xC0 and <= 0xCF:
                    return Frame(at, body, hasJfif, adobeTransform);
                case 0xDA or 0xD9:
                    return null;
            }

            at += 2 + length;
        }

        return null;
    }

    private static JpegHeader? Frame(int at, ReadOnlySpan<byte> body, bool hasJfif, byte? adobeTransform)
    {
        if (body.Length < FrameLength || body.Length < FrameLength + (3 * body[5]))
            return null;
        var components = body[5];
        if (components != 3)
            return new JpegHeader(at, body[0], components, 0, 0, false);
        var (luma, chroma) = (body[FrameLength + 1], body[FrameLength + 4]);
        var shared = chroma == 0x11 && body[FrameLength + 7] == 0x11;
        ReadOnlySpan<byte> ids = [body[FrameLength], body[FrameLength + 3], body[FrameLength + 6]];
        return new JpegHeader(
            at, body[0], components, shared ? luma >> 4 : 0, shared ? luma & 0xF : 0, hasJfif
                || (adobeTransform is { } t ? t != 0 : !ids.SequenceEqual("RGB"u8)));
    }
}
