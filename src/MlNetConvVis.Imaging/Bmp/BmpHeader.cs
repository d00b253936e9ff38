using System.Buffers.Binary;
using System.Numerics;

namespace MlNetConvVis.Imaging.Bmp;

/// <summary>The two headers of a bitmap file, checked: what its pixels look like and where they begin.</summary>
/// <remarks>File header of 14 bytes ("BM", offset of the pixels at 10), then an OS/2 header of 12 bytes or a Windows one of 40 or
/// more.</remarks>
internal sealed record BmpHeader
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12;
    private const int InfoHeader = 40;

    /// <summary>What <c>biCompression</c> may say.</summary>
    public enum Packing
    {
        Plain = 0,
        RunLength8 = 1,
        RunLength4 = 2,
        BitFields = 3,
        AlphaBitFields = 6,
    }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool TopDown { get; init; }

    public required int BitsPerPixel { get; init; }

    public required Packing Compression { get; init; }

    public required int PixelOffset { get; init; }

    public required Rgb[] Palette { get; init; }

    /// <summary>Bit masks of red, green, blue and opacity for 16 and 32 bits a pixel; an opacity mask of 0: opaque.</summary>
    public required uint[] Masks { get; init; }

    /// <summary>Bytes a row: whole groups of four.</summary>
    public long Stride => (((long)Width * BitsPerPixel) + 31) / 32 * 4;

    /// <exception cref="BmpException">The header is cut short or says what no bitmap says.</exception>
    public static BmpHeader Parse(ReadOnlySpan<byte> file)
    {
        var size = Int32(file, FileHeader);
        var core = size == CoreHeader;
        if (!core && size is < InfoHeader or > 1024)
            throw new BmpException($"its header claims {size} bytes, 12 or at least 40 are wanted");
        var width = core ? UInt16(file, 18) : Int32(file, 18);
        var height = core ? UInt16(file, 20) : Int32(file, 22);
        var bits = core ? UInt16(file, 24) : UInt16(file, 28);
        var packing = core ? Packing.Plain : (Packing)Int32(file, 30);
        if (width < 1 || height is 0 or int.MinValue)
            throw new BmpException($"its size is {width}x{height}");
        CheckPacking(packing, bits);
        var afterHeader = FileHeader + size;
        var masks = Masks32(file, bits, packing, size, ref afterHeader);
        return new BmpHeader
        {
            Width = width,
            Height = Math.Abs(height),
            TopDown = height < 0,
            BitsPerPixel = bits,
            Compression = packing,
            PixelOffset = Int32(file, 10),
            Palette = bits > 8 ? [] : ReadPalette(file, afterHeader, bits, core ? 0 : Int32(file, 46), core ? 3 : 4),
            Masks = masks,
        };
    }

    private static void CheckPacking(Packing packing, int bits)
    {
        var fits = packing switch
        {
            Packing.Plain => bits is 1 or 2 or 4 or 8 or 16 or 24 or 32,
            Packing.RunLength8 => bits == 8,
            Packing.RunLength4 => bits == 4,
            Packing.BitFields or Packing.AlphaBitFields => bits is 16 or 32,
            _ => false,
        };
        if (!fits)
            throw new BmpException($"it has {bits} bits a pixel with compression {(int)packing}, which is no combination that is read");
    }

    // Masks follow a header of 40 bytes and are part of a longer one, at the same place.
    private static uint[] Masks32(ReadOnlySpan<byte> file, int bits, Packing packing, int size, ref int afterHeader)
    {
        const int at = FileHeader + InfoHeader;
        if (packing is not (Packing.BitFields or Packing.AlphaBitFields))
            return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0xFF00, 0xFF, 0];
        var hasAlpha = packing == Packing.AlphaBitFields || size >= InfoHeader + 16;
        if (size == InfoHeader)
            afterHeader += hasAlpha ? 16 : 12;
        var alpha = hasAlpha ? (uint)Int32(file, at + 12) : 0;
        uint[] masks = [(uint)Int32(file, at), (uint)Int32(file, at + 4), (uint)Int32(file, at + 8), alpha];
        foreach (var mask in masks.AsSpan(0, 3))
        {
            var run = mask >> BitOperations.TrailingZeroCount(mask);
            if (mask == 0 || !BitOperations.IsPow2((ulong)run + 1))
                throw new BmpException($"its colour mask {mask:X8} is not one run of bits");
        }

        return masks;
    }

    private static Rgb[] ReadPalette(ReadOnlySpan<byte> file, int at, int bits, int used, int entryBytes)
    {
        var count = used is > 0 and <= 256 ? used : 1 << bits;
        var palette = new Rgb[256];      // indices beyond the palette are black
        for (var i = 0; i < count && at + 3 <= file.Length; i++, at += entryBytes)
            palette[i] = new Rgb(file[at + 2], file[at + 1], file[at]);
        return palette;
    }

    private static int Int32(ReadOnlySpan<byte> file, int at) =>
        at + 4 <= file.Length ? BinaryPrimitives.ReadInt32LittleEndian(file[at..]) : throw new BmpException("it ends within its header");

    private static int UInt16(ReadOnlySpan<byte> file, int at) =>
        at + 2 <= file.Length ? BinaryPrimitives.ReadUInt16LittleEndian(file[at..]) : throw new BmpException("it ends within its header");
}
