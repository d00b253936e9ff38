using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlNetConvVis.Transfer.Numerics;

/// <summary>How many vectors wide a tile is; a constant the compiler folds, so each width is its own machine code.</summary>
internal interface ITileWidth
{
    static abstract int Vectors { get; }
}

internal readonly struct OneVector : ITileWidth
{
    public static int Vectors => 1;
}

internal readonly struct TwoVectors : ITileWidth
{
    public static int Vectors => 2;
}

internal readonly struct ThreeVectors : ITileWidth
{
    public static int Vectors => 3;
}

/// <summary>The innermost loop of every matrix product: four rows by one to three vectors, held in registers.</summary>
internal static class TileKernel
{
    /// <summary>Rows of a tile. 4 x 3 accumulators, 3 vectors of b and one broadcast fill the 16 registers of AVX2.</summary>
    public const int Rows = 4;

    /// <summary>Adds (or writes, when <paramref name="overwrite"/>) the product of a 4 x depth and a depth x width piece to c.</summary>
    /// <remarks>Element (i, k) of a lies at i * aRow + k * aStep. b is packed: depth rows of <typeparamref name="TWidth"/> vectors,
    /// one after the other. Rows are 1 to 4; missing ones repeat the last and are not stored.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TWidth>(
        ReadOnlySpan<float> a, int aRow, int aStep, ReadOnlySpan<float> b, Span<float> c, int cRow, int depth, int rows, bool overwrite)
        where TWidth : struct, ITileWidth
    {
        var lane = Vector<float>.Count;
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var a1 = ref Unsafe.Add(ref a0, Math.Min(1, rows - 1) * aRow);
        ref var a2 = ref Unsafe.Add(ref a0, Math.Min(2, rows - 1) * aRow);
        ref var a3 = ref Unsafe.Add(ref a0, Math.Min(3, rows - 1) * aRow);
        ref var right = ref MemoryMarshal.GetReference(b);
        Vector<float> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector<float> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        for (nint k = 0, at = 0; k < depth; k++, at += aStep)
        {
            var b0 = Vector.LoadUnsafe(ref right);
            var b1 = TWidth.Vectors > 1 ? Vector.LoadUnsafe(ref Unsafe.Add(ref right, lane)) : default;
            var b2 = TWidth.Vectors > 2 ? Vector.LoadUnsafe(ref Unsafe.Add(ref right, 2 * lane)) : default;
            right = ref Unsafe.Add(ref right, TWidth.Vectors * lane);
            Accumulate<TWidth>(Unsafe.Add(ref a0, at), b0, b1, b2, ref c00, ref c01, ref c02);
            Accumulate<TWidth>(Unsafe.Add(ref a1, at), b0, b1, b2, ref c10, ref c11, ref c12);
            Accumulate<TWidth>(Unsafe.Add(ref a2, at), b0, b1, b2, ref c20, ref c21, ref c22);
            Accumulate<TWidth>(Unsafe.Add(ref a3, at), b0, b1, b2, ref c30, ref c31, ref c32);
        }
        Store<TWidth>(c, overwrite, c00, c01, c02);
        if (rows > 1) Store<TWidth>(c[cRow..], overwrite, c10, c11, c12);
        if (rows > 2) Store<TWidth>(c[(2 * cRow)..], overwrite, c20, c21, c22);
        if (rows > 3) Store<TWidth>(c[(3 * cRow)..], overwrite, c30, c31, c32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<TWidth>(
        float left, Vector<float> b0, Vector<float> b1, Vector<float> b2, ref Vector<float> c0, ref Vector<float> c1, ref Vector<float> c2)
        where TWidth : struct, ITileWidth
    {
        var spread = new Vector<float>(left);
        c0 = Vector.FusedMultiplyAdd(spread, b0, c0);
        if (TWidth.Vectors > 1) c1 = Vector.FusedMultiplyAdd(spread, b1, c1);
        if (TWidth.Vectors > 2) c2 = Vector.FusedMultiplyAdd(spread, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TWidth>(Span<float> row, bool overwrite, Vector<float> c0, Vector<float> c1, Vector<float> c2)
        where TWidth : struct, ITileWidth
    {
        var lane = Vector<float>.Count;
        Put(row, overwrite, c0);
        if (TWidth.Vectors > 1) Put(row[lane..], overwrite, c1);
        if (TWidth.Vectors > 2) Put(row[(2 * lane)..], overwrite, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Span<float> at, bool overwrite, Vector<float> value) =>
        (overwrite ? value : new Vector<float>(at) + value).CopyTo(at);
}
