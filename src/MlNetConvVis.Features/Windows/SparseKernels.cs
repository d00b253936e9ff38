using System.Numerics;
using System.Runtime.InteropServices;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>The loops of <see cref="SparseProgram"/>.</summary>
internal static class SparseKernels
{
    /// <summary>max(x, 0).</summary>
    public static void Rectify(ReadOnlySpan<float> from, Span<float> to)
    {
        var (vectors, i) = (from.Length / Vector<float>.Count, 0);
        for (; i < vectors * Vector<float>.Count; i += Vector<float>.Count)
            Vector.Max(new Vector<float>(from[i..]), Vector<float>.Zero).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = Math.Max(from[i], 0);
    }

    /// <summary>One where x is larger than a limit, else zero.</summary>
    public static void Greater(ReadOnlySpan<float> from, float limit, Span<float> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = from[i] > limit ? 1 : 0;
    }

    /// <summary>A row vector with few values other than zero, times a matrix.</summary>
    public static void Product(ReadOnlySpan<float> row, ReadOnlySpan<float> matrix, Span<float> to)
    {
        to.Clear();
        for (var k = 0; k < row.Length; k++)
        {
            if (row[k] != 0) AddScaled(matrix.Slice(k * to.Length, to.Length), row[k], to);
        }
    }

    /// <summary>Adds each value at its place.</summary>
    public static void ScatterSum(ReadOnlySpan<float> data, ReadOnlySpan<long> places, ReadOnlySpan<float> values, Span<float> to)
    {
        data.CopyTo(to);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0) to[(int)places[i]] += values[i];
        }
    }

    /// <summary>to += scale * from.</summary>
    public static void AddScaled(ReadOnlySpan<float> from, float scale, Span<float> to)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to[..from.Length]);
        var factor = new Vector<float>(scale);
        nuint i = 0;
        for (var vectors = (nuint)(from.Length / Vector<float>.Count * Vector<float>.Count); i < vectors; i += (nuint)Vector<float>.Count)
            Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref source, i), factor, Vector.LoadUnsafe(ref target, i)).StoreUnsafe(ref target, i);
        for (var rest = (int)i; rest < from.Length; rest++) to[rest] = MathF.FusedMultiplyAdd(from[rest], scale, to[rest]);
    }
}

/// <summary>
/// How a smaller operand is repeated over a larger one: each of its elements stands for <paramref name="Run"/> neighbours, and all of them come again after
/// <paramref name="Period"/> elements. Masks repeat over channels, numbers a channel over places.
/// </summary>
/// <param name="Run">How many neighbours one element of the second operand stands for.</param>
/// <param name="Period">After how many elements of the first operand the second begins again.</param>
internal sealed record Broadcast(int Run, int Period)
{
    /// <summary>Finds it.</summary>
    /// <returns>Null where the first operand is not the larger one, or the second varies along axes that do not lie side by side.</returns>
    public static Broadcast? TryOf(TensorShape a, TensorShape b, TensorShape result)
    {
        if (!a.Equals(result)) return null;
        var sizes = a.Dims.Select(static d => (int)d.Size).ToArray();
        var own = Enumerable.Repeat(1, sizes.Length - b.Rank).Concat(b.Dims.Select(static d => (int)d.Size)).ToArray();
        var varying = Enumerable.Range(0, sizes.Length).Where(axis => own[axis] != 1).ToArray();
        if (varying.Length == 0) return new Broadcast(Product(sizes), Product(sizes));
        var (first, last) = (varying[0], varying[^1]);
        return Enumerable.Range(first, last - first + 1).All(axis => own[axis] == sizes[axis])
            ? new Broadcast(Product(sizes[(last + 1)..]), Product(sizes[first..])) : null;
    }

    public void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> to)
    {
        for (var (i, k) = (0, 0); i < a.Length; k = k + 1 == Period / Run ? 0 : k + 1)
        {
            for (var end = i + Run; i < end; i++) to[i] = a[i] * b[k];
        }
    }

    public void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> to)
    {
        for (var (i, k) = (0, 0); i < a.Length; k = k + 1 == Period / Run ? 0 : k + 1)
        {
            for (var end = i + Run; i < end; i++) to[i] = a[i] + b[k];
        }
    }

    public void Subtract(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> to)
    {
        for (var (i, k) = (0, 0); i < a.Length; k = k + 1 == Period / Run ? 0 : k + 1)
        {
            for (var end = i + Run; i < end; i++) to[i] = a[i] - b[k];
        }
    }

    public void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> to)
    {
        for (var (i, k) = (0, 0); i < a.Length; k = k + 1 == Period / Run ? 0 : k + 1)
        {
            for (var end = i + Run; i < end; i++) to[i] = a[i] / b[k];
        }
    }

    private static int Product(ReadOnlySpan<int> sizes)
    {
        var product = 1;
        foreach (var size in sizes) product *= size;
        return product;
    }
}
