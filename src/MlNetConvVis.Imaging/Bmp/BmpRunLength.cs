namespace MlNetConvVis.Imaging.Bmp;

/// <summary>Unpacks the run-length packings of bitmaps with 4 and 8 bits a pixel.</summary>
/// <remarks>
/// Pairs of bytes: (n, v) with n > 0 is n pixels of v (4 bits: its halves in turn); (0, 0) ends the row, (0, 1) the picture, (0, 2) dx dy
/// jumps, (0, n) with n > 2 is n plain pixels, filled up to whole pairs of bytes. What is jumped over keeps index 0.
/// </remarks>
internal static class BmpRunLength
{
    /// <summary>Gives one palette index a byte, rows in the file's order.</summary>
    public static byte[] Unpack(ReadOnlySpan<byte> data, BmpHeader header)
    {
        var indices = new byte[checked(header.Width * header.Height)];
        var (x, y, at) = (0, 0, 0);
        while (y < header.Height)
        {
            var (count, value) = (Next(data, ref at), Next(data, ref at));
            if (count > 0)
                Put(indices, header, ref x, y, count, i => Half(header, value, i));
            else if (value == 0)
                (x, y) = (0, y + 1);
            else if (value == 1)
                break;
            else if (value == 2)
                (x, y) = (x + Next(data, ref at), y + Next(data, ref at));
            else
                at = PutPlain(indices, header, ref x, y, value, data, at);
        }

        return indices;
    }

    private static int PutPlain(byte[] indices, BmpHeader header, ref int x, int y, int count, ReadOnlySpan<byte> data, int at)
    {
        var bytes = header.BitsPerPixel == 8 ? count : (count + 1) / 2;
        var padded = (bytes + 1) & ~1;
        if (at + bytes > data.Length)
            throw new BmpException("it ends within its pixels");
        var plain = data.Slice(at, bytes).ToArray();
        Put(indices, header, ref x, y, count, i => header.BitsPerPixel == 8 ? plain[i] : Half(header, plain[i / 2], i));
        return at + padded;
    }

    private static void Put(byte[] indices, BmpHeader header, ref int x, int y, int count, Func<int, byte> index)
    {
        if (x + count > header.Width)
            throw new BmpException($"a run leaves row {y}");
        for (var i = 0; i < count; i++)
            indices[(y * header.Width) + x + i] = index(i);
        x += count;
    }

    private static byte Half(BmpHeader header, byte value, int i) =>
        header.BitsPerPixel == 8 ? value : (byte)(i % 2 == 0 ? value >> 4 : value & 15);

    private static byte Next(ReadOnlySpan<byte> data, ref int at) =>
        at < data.Length ? data[at++] : throw new BmpException("it ends within its pixels");
}
