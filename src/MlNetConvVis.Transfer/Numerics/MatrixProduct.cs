using System.Buffers;
using System.Numerics;

namespace MlNetConvVis.Transfer.Numerics;

/// <summary>c = a b for float32 matrices of any layout, blocked for caches; the result does not depend on the number of threads.</summary>
/// <remarks>b is packed once into strips of up to three vectors. Blocks of rows of c are the units of parallel work; each element
/// of c sums its depth in the same order whoever computes it.</remarks>
internal static class MatrixProduct
{
    private const int RowBlock = 48;      // rows of c one task computes: 12 tiles
    private const int DepthBlock = 256;   // 256 x 24 floats of b are 24 KB: half of a first-level cache
    private const int StripVectors = 3;

    private static int StripWidth => StripVectors * Vector<float>.Count;

    /// <summary>Gets the row length that holds <paramref name="columns"/> in whole vectors; the rest stays zero.</summary>
    public static int Padded(int columns) => FixedBlocks.Count(columns, Vector<float>.Count) * Vector<float>.Count;

    /// <summary>Writes a b to <paramref name="c"/>, whose rows are <see cref="Padded"/>(b.Columns) long.</summary>
    public static void Multiply(MatrixView a, MatrixView b, Memory<float> c, int threads) => Multiply(a, b, c, threads, onlyLower: false);

    /// <summary>Writes x xT to <paramref name="c"/>, whose rows are <see cref="Padded"/>(x.Rows) long.</summary>
    public static void MultiplyByOwnTranspose(MatrixView x, Memory<float> c, int threads)
    {
        Multiply(x, x.Transposed, c, threads, onlyLower: true);
        var stride = Padded(x.Rows);
        FixedBlocks.Run(FixedBlocks.Count(x.Rows, RowBlock), threads, block =>
        {
            var values = c.Span;
            for (var row = block * RowBlock; row < Math.Min(x.Rows, (block + 1) * RowBlock); row++)
            {
                for (var column = row + 1; column < x.Rows; column++)
                    values[(row * stride) + column] = values[(column * stride) + row];
            }
        });
    }

    private static void Multiply(MatrixView a, MatrixView b, Memory<float> c, int threads, bool onlyLower)
    {
        var width = Padded(b.Columns);
        var packed = ArrayPool<float>.Shared.Rent(b.Rows * width);
        FixedBlocks.Run(FixedBlocks.Count(width, StripWidth), threads, strip => PackStrip(b, strip, packed));
        FixedBlocks.Run(FixedBlocks.Count(a.Rows, RowBlock), threads, block =>
            MultiplyRows(a, packed, width, c.Span, block * RowBlock, Math.Min(a.Rows, (block + 1) * RowBlock), onlyLower));
        ArrayPool<float>.Shared.Return(packed);
    }

    private static void PackStrip(MatrixView b, int strip, float[] packed)
    {
        var first = strip * StripWidth;
        var width = Math.Min(StripWidth, Padded(b.Columns) - first);
        var filled = Math.Min(width, b.Columns - first);
        var source = b.Data.Span;
        var target = packed.AsSpan(first * b.Rows, width * b.Rows);
        for (var k = 0; k < b.Rows; k++)
        {
            var row = target.Slice(k * width, width);
            var at = (k * b.RowStride) + (first * b.ColumnStride);
            for (var j = 0; j < filled; j++) row[j] = source[at + (j * b.ColumnStride)];
            row[filled..].Clear();
        }
    }

    private static void MultiplyRows(MatrixView a, float[] packed, int width, Span<float> c, int first, int end, bool onlyLower)
    {
        var copy = a.ColumnStride == 1 ? null : ArrayPool<float>.Shared.Rent(RowBlock * DepthBlock);
        for (var k = 0; k < a.Columns; k += DepthBlock)
        {
            var depth = Math.Min(DepthBlock, a.Columns - k);
            var left = a.Data.Span[((first * a.RowStride) + (k * a.ColumnStride))..];
            if (copy is not null) PackColumns(left, a, end - first, depth, copy);
            for (var column = 0; column < (onlyLower ? Math.Min(end, width) : width); column += StripWidth)
            {
                var strip = Math.Min(StripWidth, width - column);
                var right = packed.AsSpan((column * a.Columns) + (k * strip), depth * strip);
                for (var row = first; row < end; row += TileKernel.Rows)
                {
                    var target = c[((row * width) + column)..];
                    if (copy is null)
                        Tile(left[((row - first) * a.RowStride)..], a.RowStride, 1, right, target, width, depth, end - row, k == 0);
                    else
                        Tile(copy.AsSpan(row - first), 1, RowBlock, right, target, width, depth, end - row, k == 0);
                }
            }
        }
        if (copy is not null) ArrayPool<float>.Shared.Return(copy);
    }

    /// <summary>Copies a depth x rows piece so that the columns of a lie beside each other: straight copies for a transpose.</summary>
    private static void PackColumns(ReadOnlySpan<float> left, MatrixView a, int rows, int depth, float[] copy)
    {
        for (var k = 0; k < depth; k++)
        {
            var target = copy.AsSpan(k * RowBlock, rows);
            if (a.RowStride == 1)
            {
                left.Slice(k * a.ColumnStride, rows).CopyTo(target);
                continue;
            }
            for (var i = 0; i < rows; i++) target[i] = left[(i * a.RowStride) + (k * a.ColumnStride)];
        }
    }

    private static void Tile(
        ReadOnlySpan<float> a, int aRow, int aStep, ReadOnlySpan<float> b, Span<float> c, int cRow, int depth, int rowsLeft, bool overwrite)
    {
        var rows = Math.Min(TileKernel.Rows, rowsLeft);
        switch (b.Length / depth / Vector<float>.Count)
        {
            case 3: TileKernel.Multiply<ThreeVectors>(a, aRow, aStep, b, c, cRow, depth, rows, overwrite); break;
            case 2: TileKernel.Multiply<TwoVectors>(a, aRow, aStep, b, c, cRow, depth, rows, overwrite); break;
            default: TileKernel.Multiply<OneVector>(a, aRow, aStep, b, c, cRow, depth, rows, overwrite); break;
        }
    }
}
