using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;

namespace MlNetConvVis.ImageSharp;

/// <summary>
/// Decodes three-component JPEGs to the bytes that libjpeg makes of them. ImageSharp repeats a chroma sample over the pixels that share
/// it, libjpeg (and so libvips, Pillow and what networks were trained on) interpolates; on coloured edges the two differ by 40 of 255.
/// So ImageSharp is asked for the components as they are, and interpolation and colour are done here with libjpeg's integers.
/// </summary>
internal static class JpegPlanes
{
    // ITU T.871: R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr, B = Y + 1.772 Cb with Cb, Cr less 128; libjpeg's 16 bits after the point.
    private const int FixedOne = 1 << 16;
    private const int Half = FixedOne / 2;
    private const int RedOfRed = (int)((1.40200 * FixedOne) + 0.5);
    private const int GreenOfBlue = (int)((0.34414 * FixedOne) + 0.5);
    private const int GreenOfRed = (int)((0.71414 * FixedOne) + 0.5);
    private const int BlueOfBlue = (int)((1.77200 * FixedOne) + 0.5);

    // APP14 "Adobe", version 100, no flags, transform 0: the components are no YCbCr, so that they come out unconverted.
    private static ReadOnlySpan<byte> Unconverted => [0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <summary>Says whether this is the kind of JPEG that is decoded here.</summary>
    public static bool Reads(JpegHeader header) => header is { Components: 3, Precision: 8 };

    /// <summary>Decodes to RGB, not yet turned upright.</summary>
    public static Image<Rgb24> Load(DecoderOptions options, ReadOnlySpan<byte> data, JpegHeader header)
    {
        byte[] unconverted = [.. data[..header.FrameAt], .. Unconverted, .. data[header.FrameAt..]];
        var picture = Image.Load<Rgb24>(options, unconverted);
        if ((header.ChromaX, header.ChromaY) is (2, 1) or (2, 2) or (1, 2))
            InterpolateChroma(picture, header.ChromaX, header.ChromaY);
        if (header.IsYcc)
            ConvertToRgb(picture);
        return picture;
    }

    private static void InterpolateChroma(Image<Rgb24> picture, int shareX, int shareY)
    {
        var (width, height) = ((picture.Width + shareX - 1) / shareX, (picture.Height + shareY - 1) / shareY);
        if (shareX == 2 && width <= 2)
            return; // libjpeg repeats samples of so narrow a picture
        picture.ProcessPixelRows(rows =>
        {
            var (blue, red) = (new byte[width * height], new byte[width * height]);
            for (var y = 0; y < height; y++)
            {
                var row = rows.GetRowSpan(y * shareY);
                for (var x = 0; x < width; x++)
                    (blue[(y * width) + x], red[(y * width) + x]) = (row[x * shareX].G, row[x * shareX].B);
            }

            var (blueSums, redSums) = (new int[width], new int[width]);
            for (var y = 0; y < rows.Height; y++)
            {
                SumVertically(blue, y, shareY, blueSums);
                SumVertically(red, y, shareY, redSums);
                var row = rows.GetRowSpan(y);
                for (var x = 0; x < row.Length; x++)
                    row[x] = new Rgb24(row[x].R, Between(blueSums, x, y, shareX, shareY), Between(redSums, x, y, shareX, shareY));
            }
        });
    }

    // libjpeg's triangle filter: three parts of the nearer sample and one of the further, per direction; the border repeats.
    private static void SumVertically(byte[] plane, int y, int shareY, int[] sums)
    {
        var (width, height) = (sums.Length, plane.Length / sums.Length);
        var near = y / shareY * width;
        if (shareY == 1)
        {
            for (var x = 0; x < width; x++)
                sums[x] = plane[near + x];
            return;
        }

        var far = Math.Clamp((y / 2) + ((y & 1) == 0 ? -1 : 1), 0, height - 1) * width;
        for (var x = 0; x < width; x++)
            sums[x] = (3 * plane[near + x]) + plane[far + x];
    }

    // The rounding constants alternate so that no bias adds up (jdsample.c: h2v1, h2v2 and h1v2 "fancy" upsampling).
    private static byte Between(int[] sums, int x, int y, int shareX, int shareY)
    {
        if (shareX == 1)
            return (byte)((sums[x] + ((y & 1) == 0 ? 1 : 2)) >> 2);
        var isLeft = (x & 1) == 0;
        var near = sums[x / 2];
        var far = sums[Math.Clamp((x / 2) + (isLeft ? -1 : 1), 0, sums.Length - 1)];
        return shareY == 2
            ? (byte)(((3 * near) + far + (isLeft ? 8 : 7)) >> 4)
            : (byte)(((3 * near) + far + (isLeft ? 1 : 2)) >> 2);
    }

    private static void ConvertToRgb(Image<Rgb24> picture) => picture.ProcessPixelRows(static rows =>
    {
        for (var y = 0; y < rows.Height; y++)
        {
            foreach (ref var pixel in rows.GetRowSpan(y))
            {
                var (luma, blue, red) = (pixel.R, pixel.G - 128, pixel.B - 128);
                pixel = new Rgb24(
                    ToByte(luma + (((RedOfRed * red) + Half) >> 16)),
                    ToByte(luma + (((-GreenOfBlue * blue) - (GreenOfRed * red) + Half) >> 16)),
                    ToByte(luma + (((BlueOfBlue * blue) + Half) >> 16)));
            }
        }
    });

    private static byte ToByte(int value) => (byte)Math.Clamp(value, byte.MinValue, byte.MaxValue);
}
