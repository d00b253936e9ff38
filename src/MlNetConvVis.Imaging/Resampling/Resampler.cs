using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlNetConvVis.Imaging.Resampling;

/// <summary>Separable resampling in two 8-bit passes, columns first, equal to Pillow's to the bit.</summary>
internal static class Resampler
{
    private const int RowsAtATime = 4;
    private const int Half = 1 << (ResampleWeights.FractionBits - 1);

    /// <summary>Resizes to width x height and returns the given window of that.</summary>
    public static RgbImage Resample(RgbImage image, int width, int height, ResampleFilter filter, PixelWindow window)
    {
        var rows = new ResampleWeights(image.Height, height, filter, window.Y, window.Height);
        var (firstRow, rowCount) = image.Height == height ? (window.Y, window.Height) : (rows.Begin, rows.End - rows.Begin);
        var band = image.Crop(new PixelWindow(0, firstRow, image.Width, rowCount));
        if (image.Width != width)
        {
            var columns = new ResampleWeights(image.Width, width, filter, window.X, window.Width);
            band = new RgbImage(window.Width, rowCount, ResampleColumns(band, columns, window.Width));
        }
        else
        {
            band = band.Crop(new PixelWindow(window.X, 0, window.Width, rowCount));
        }

        return image.Height == height
            ? band
            : new RgbImage(window.Width, window.Height, ResampleRows(band, rows, firstRow, window.Height));
    }

    private static byte[] ResampleColumns(RgbImage image, ResampleWeights weights, int width)
    {
        var source = image.Pixels;
        var stride = 3 * image.Width;
        var target = new byte[3 * width * image.Height];
        var y = 0;
        for (; y < image.Height - RowsAtATime; y += RowsAtATime)      // not the last row: vectors read one byte more than a pixel
        {
            for (var x = 0; x < width; x++)
            {
                var taps = weights.Weights(x);
                var at = (y * stride) + (3 * weights.First(x));
                SumPixels(source.Slice(at, ((RowsAtATime - 1) * stride) + (3 * taps.Length) + 1), stride, taps, target.AsSpan(3 * ((y * width) + x)), 3 * width);
            }
        }

        for (; y < image.Height; y++)
        {
            for (var x = 0; x < width; x++) SumPixels(source[((y * stride) + (3 * weights.First(x)))..], weights.Weights(x), target.AsSpan(3 * ((y * width) + x), 3));
        }

        return target;
    }

    // The same pixel of four rows below one another, each as below.
    private static void SumPixels(ReadOnlySpan<byte> pixels, int stride, ReadOnlySpan<int> weights, Span<byte> output, int outputStride)
    {
        var (s0, s1, s2, s3) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
        ref var pixel = ref MemoryMarshal.GetReference(pixels);
        for (var k = 0; k < weights.Length; k++)
        {
            var weight = weights[k];
            s0 += Four(ref Unsafe.Add(ref pixel, 3 * k)) * weight;
            s1 += Four(ref Unsafe.Add(ref pixel, stride + (3 * k))) * weight;
            s2 += Four(ref Unsafe.Add(ref pixel, (2 * stride) + (3 * k))) * weight;
            s3 += Four(ref Unsafe.Add(ref pixel, (3 * stride) + (3 * k))) * weight;
        }

        var bytes = Vector128.Narrow(Vector128.Narrow(Clamped(s0), Clamped(s1)).AsUInt16(), Vector128.Narrow(Clamped(s2), Clamped(s3)).AsUInt16()).AsUInt32();
        Write(bytes[0], output);
        Write(bytes[1], output[outputStride..]);
        Write(bytes[2], output[(2 * outputStride)..]);
        Write(bytes[3], output[(3 * outputStride)..]);
    }

    private static Vector128<int> Four(ref byte pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte())).AsInt32();

    private static void Write(uint pixel, Span<byte> output)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output, (ushort)pixel);
        output[2] = (byte)(pixel >> 16);
    }

    // One pixel = weights of neighbouring pixels. A vector holds (R, G, B, next R): the fourth is computed and dropped. The very last
    // pixel of the picture has no fourth byte to read and is summed by itself.
    private static void SumPixels(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> weights, Span<byte> output)
    {
        var sum = Vector128.Create(Half);
        var vectors = Math.Min(weights.Length, (pixels.Length - 1) / 3);
        ref var pixel = ref MemoryMarshal.GetReference(pixels);
        for (var k = 0; k < vectors; k++)
        {
            sum += Four(ref Unsafe.Add(ref pixel, 3 * k)) * weights[k];
        }

        for (var k = vectors; k < weights.Length; k++)
            sum += Vector128.Create(pixels[3 * k], pixels[(3 * k) + 1], pixels[(3 * k) + 2], 0) * weights[k];
        for (var c = 0; c < 3; c++)
            output[c] = ToByte(sum[c]);
    }

    private static byte[] ResampleRows(RgbImage image, ResampleWeights weights, int firstRow, int height)
    {
        var stride = 3 * image.Width;
        var target = new byte[stride * height];
        for (var y = 0; y < height; y++)
        {
            var rows = image.Pixels[(stride * (weights.First(y) - firstRow))..];
            var output = target.AsSpan(stride * y, stride);
            var taps = weights.Weights(y);
            var x = 0;
            for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
                SumRows(rows, stride, x, taps).CopyTo(output[x..]);
            for (; x < stride; x++)
            {
                var sum = Half;
                for (var k = 0; k < taps.Length; k++)
                    sum += rows[(k * stride) + x] * taps[k];
                output[x] = ToByte(sum);
            }
        }

        return target;
    }

    // Sixteen neighbouring bytes of one output row, each summed down its column.
    private static Vector128<byte> SumRows(ReadOnlySpan<byte> rows, int stride, int x, ReadOnlySpan<int> taps)
    {
        var (s0, s1, s2, s3) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
        for (var k = 0; k < taps.Length; k++)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(rows.Slice((k * stride) + x, Vector128<byte>.Count)));
            var (weight, (a, b), (c, d)) = (taps[k], Vector128.Widen(low), Vector128.Widen(high));
            s0 += a.AsInt32() * weight;
            s1 += b.AsInt32() * weight;
            s2 += c.AsInt32() * weight;
            s3 += d.AsInt32() * weight;
        }

        return Vector128.Narrow(
            Vector128.Narrow(Clamped(s0), Clamped(s1)).AsUInt16(),
            Vector128.Narrow(Clamped(s2), Clamped(s3)).AsUInt16());
    }

    private static Vector128<int> Clamped(Vector128<int> sum) =>
        Vector128.Min(Vector128.Max(sum >> ResampleWeights.FractionBits, Vector128<int>.Zero), Vector128.Create(255));

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.FractionBits, 0, 255);
}
