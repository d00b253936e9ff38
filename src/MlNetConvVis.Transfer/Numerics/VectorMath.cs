using System.Numerics;
using System.Runtime.InteropServices;

namespace MlNetConvVis.Transfer.Numerics;

/// <summary>Long-vector sums and products; blocks are fixed, so results do not depend on the number of threads.</summary>
internal static class VectorMath
{
    private const int Block = 1 << 15;

    /// <summary>Gets the sum of x[i] y[i], added up in double precision.</summary>
    public static double Dot(ReadOnlyMemory<float> x, ReadOnlyMemory<float> y, int threads)
    {
        var parts = new double[FixedBlocks.Count(x.Length, Block)];
        FixedBlocks.Run(parts.Length, threads, block => parts[block] = Dot(Piece(x, block).Span, Piece(y, block).Span));
        var sum = 0.0;
        foreach (var part in parts) sum += part;
        return sum;
    }

    /// <summary>Adds scale * x to y.</summary>
    public static void AddScaled(float scale, ReadOnlyMemory<float> x, Memory<float> y, int threads) =>
        FixedBlocks.Run(FixedBlocks.Count(x.Length, Block), threads, block =>
            AddScaled(scale, Piece(x, block).Span, y.Slice(block * Block, Math.Min(Block, y.Length - (block * Block))).Span));

    /// <summary>Multiplies x by a number.</summary>
    public static void Scale(float scale, Memory<float> x, int threads) => Combine(scale, x, 0, x, x, threads);

    /// <summary>Writes p x + q y to <paramref name="result"/>, which may be one of the two.</summary>
    public static void Combine(float p, ReadOnlyMemory<float> x, float q, ReadOnlyMemory<float> y, Memory<float> result, int threads) =>
        FixedBlocks.Run(FixedBlocks.Count(x.Length, Block), threads, block =>
            Combine(p, Piece(x, block).Span, q, Piece(y, block).Span, result.Slice(block * Block).Span));

    /// <summary>Adds scale * x to y.</summary>
    public static void AddScaled(float scale, ReadOnlySpan<float> x, Span<float> y)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(x);
        var right = MemoryMarshal.Cast<float, Vector<float>>(y);
        var factor = new Vector<float>(scale);
        for (var i = 0; i < left.Length; i++) right[i] = Vector.FusedMultiplyAdd(factor, left[i], right[i]);
        for (var i = left.Length * Vector<float>.Count; i < x.Length; i++) y[i] = MathF.FusedMultiplyAdd(scale, x[i], y[i]);
    }

    private static void Combine(float p, ReadOnlySpan<float> x, float q, ReadOnlySpan<float> y, Span<float> result)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(x);
        var right = MemoryMarshal.Cast<float, Vector<float>>(y);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(result);
        for (var i = 0; i < left.Length; i++) sums[i] = (left[i] * p) + (right[i] * q);
        for (var i = left.Length * Vector<float>.Count; i < x.Length; i++) result[i] = (x[i] * p) + (y[i] * q);
    }

    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var left = MemoryMarshal.Cast<float, Vector<float>>(x);
        var right = MemoryMarshal.Cast<float, Vector<float>>(y);
        Vector<double> even = default, odd = default;
        for (var i = 0; i < left.Length; i++)
        {
            Vector.Widen(left[i], out var leftLow, out var leftHigh);
            Vector.Widen(right[i], out var rightLow, out var rightHigh);
            even = Vector.FusedMultiplyAdd(leftLow, rightLow, even);
            odd = Vector.FusedMultiplyAdd(leftHigh, rightHigh, odd);
        }
        var sum = Vector.Sum(even + odd);
        for (var i = left.Length * Vector<float>.Count; i < x.Length; i++) sum += (double)x[i] * y[i];
        return sum;
    }

    private static ReadOnlyMemory<float> Piece(ReadOnlyMemory<float> all, int block) =>
        all.Slice(block * Block, Math.Min(Block, all.Length - (block * Block)));
}
