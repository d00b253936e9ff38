using System.Buffers.Binary;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.ImageSharp;

/// <summary>
/// Finds files that stop before their picture does. ImageSharp fills the missing part of a JPEG, GIF or WebP with grey and says nothing;
/// a data set must not take such a picture for a photo. The other formats' decoders notice by themselves.
/// </summary>
internal static class FileEnd
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const int GifHeaderLength = 13;
    private const int RiffHeaderLength = 8;

    /// <summary>Says why the file is not whole; null when it is, or when the format needs no look.</summary>
    public static string? WhyCutShort(ImageFormat format, ReadOnlySpan<byte> data) => format switch
    {
        ImageFormat.Jpeg when !HasEndOfImage(data) => $"it is cut short (no end-of-image marker in {data.Length} bytes)",
        ImageFormat.Gif when !HasFirstFrame(data) => $"it is cut short (its first frame does not end within {data.Length} bytes)",
        ImageFormat.WebP when RiffLength(data) > data.Length => $"it is cut short ({RiffLength(data)} bytes announced, {data.Length} there)",
        _ => null,
    };

    // ITU T.81 B.1: segments FF xx length..., after a start of scan coded data in which FF is followed by 00 or a restart marker D0-D7.
    private static bool HasEndOfImage(ReadOnlySpan<byte> data)
    {
        var at = 2;
        while (at + 1 < data.Length)
        {
            var marker = data[at] == 0xFF ? data[at + 1] : (byte)0xFF;
            if (marker == EndOfImage)
                return true;
            if (marker == 0xFF || at + 3 >= data.Length)
            {
                at++; // a fill byte, or rubbish between segments: decoders skip both
                continue;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            if (marker == StartOfScan)
                at = AfterCodedData(data, at);
        }

        return false;
    }

    private static int AfterCodedData(ReadOnlySpan<byte> data, int at)
    {
        while (at + 1 < data.Length)
        {
            var next = data[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= data.Length)
                return data.Length;
            at += next;
            if (data[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
                return at;
            at += 2;
        }

        return data.Length;
    }

    // GIF89a: header and screen descriptor, colour table, then extensions ('!' label, sub-blocks) until the image (',' descriptor, table, sub-blocks).
    private static bool HasFirstFrame(ReadOnlySpan<byte> data)
    {
        if (data.Length < GifHeaderLength)
            return false;
        var at = GifHeaderLength + ColourTableLength(data[10]);
        while (at + 1 < data.Length)
        {
            if (data[at] == ',')
                return at + 9 < data.Length && AfterSubBlocks(data, at + 10 + ColourTableLength(data[at + 9]) + 1) <= data.Length;
            if (data[at] != '!')
                return false;
            at = AfterSubBlocks(data, at + 2);
        }

        return false;
    }

    private static int ColourTableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));

    private static int AfterSubBlocks(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length && data[at] != 0)
            at += 1 + data[at];
        return at + 1;
    }

    private static long RiffLength(ReadOnlySpan<byte> data) =>
        data.Length < RiffHeaderLength ? long.MaxValue : RiffHeaderLength + (long)BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
}
