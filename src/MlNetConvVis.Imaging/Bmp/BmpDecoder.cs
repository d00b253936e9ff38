using System.Buffers.Binary;
using System.Numerics;

namespace MlNetConvVis.Imaging.Bmp;

/// <summary>Reads Windows and OS/2 bitmaps: 1 to 32 bits a pixel, bit fields, run lengths. Here because libvips' npm builds have no
/// BMP.</summary>
internal static class BmpDecoder
{
    /// <exception cref="ImageDecodeException">Broken, cut short, too large, or a packing that no program writes any more.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, DecodeOptions options)
    {
        try
        {
            var header = BmpHeader.Parse(file);
            if ((long)header.Width * header.Height > options.MaxPixels)
                throw new BmpException($"it has {header.Width}x{header.Height} pixels, more than the {options.MaxPixels} allowed");
            if (header.PixelOffset < 0 || header.PixelOffset > file.Length)
                throw new BmpException($"its pixels are said to begin at byte {header.PixelOffset}, but it has {file.Length}");
            return Draw(file[header.PixelOffset..], header, options.Background);
        }
        catch (BmpException e)
        {
            throw new ImageDecodeException(
                name, e.Message, "Open it in a viewer to see whether it is whole, save it anew, or take it out.", e);
        }
    }

    private static RgbImage Draw(ReadOnlySpan<byte> data, BmpHeader header, Rgb background)
    {
        var packed = header.Compression is BmpHeader.Packing.RunLength4 or BmpHeader.Packing.RunLength8;
        var indices = packed ? BmpRunLength.Unpack(data, header) : null;
        if (!packed && data.Length < header.Stride * (header.Height - 1) + (((long)header.Width * header.BitsPerPixel) + 7) / 8)
            throw new BmpException($"it ends within its pixels ({data.Length} of {header.Stride * header.Height} bytes)");
        var samples = new byte[checked(4 * header.Width * header.Height)];
        for (var y = 0; y < header.Height; y++)
        {
            var target = samples.AsSpan(4 * header.Width * (header.TopDown ? y : header.Height - 1 - y), 4 * header.Width);
            if (indices is not null)
                DrawIndices(indices.AsSpan(y * header.Width, header.Width), 8, header, target);
            else if (header.BitsPerPixel <= 8)
                DrawIndices(data[(int)(y * header.Stride)..], header.BitsPerPixel, header, target);
            else
                DrawColours(data[(int)(y * header.Stride)..], header, target);
        }

        return SampleConversion.ToRgb(samples, header.Width, header.Height, 4, SampleKind.Rgb, background);
    }

    private static void DrawIndices(ReadOnlySpan<byte> row, int bits, BmpHeader header, Span<byte> target)
    {
        var perByte = 8 / bits;
        for (var x = 0; x < header.Width; x++)
        {
            var index = (row[x / perByte] >> (8 - (bits * ((x % perByte) + 1)))) & ((1 << bits) - 1);
            Put(target, x, header.Palette[index], 255);
        }
    }

    private static void DrawColours(ReadOnlySpan<byte> row, BmpHeader header, Span<byte> target)
    {
        for (var x = 0; x < header.Width; x++)
        {
            if (header.BitsPerPixel == 24)
            {
                Put(target, x, new Rgb(row[(3 * x) + 2], row[(3 * x) + 1], row[3 * x]), 255);
                continue;
            }

            var pixel = header.BitsPerPixel == 16
                ? BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * x)..])
                : BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * x)..]);
            var masks = header.Masks;
            Put(target, x, new Rgb(Sample(pixel, masks[0]), Sample(pixel, masks[1]), Sample(pixel, masks[2])),
                masks[3] == 0 ? (byte)255 : Sample(pixel, masks[3]));
        }
    }

    private static void Put(Span<byte> target, int x, Rgb colour, byte opacity) =>
        (target[4 * x], target[(4 * x) + 1], target[(4 * x) + 2], target[(4 * x) + 3]) = (colour.R, colour.G, colour.B, opacity);

    // n bits under the mask, stretched to 0..255.
    private static byte Sample(uint pixel, uint mask)
    {
        var largest = mask >> BitOperations.TrailingZeroCount(mask);
        return (byte)((ulong)((pixel & mask) >> BitOperations.TrailingZeroCount(mask)) * 255 / largest);
    }
}
