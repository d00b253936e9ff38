using System.Globalization;
using System.Runtime.InteropServices;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>One element of a value that is worked out before the network runs: a number, or the unknown size of a free axis by its name.</summary>
internal readonly record struct Number(double Value, string? Symbol)
{
    public bool IsKnown => Symbol is null;

    public static Number Of(Dim dim) => dim.IsKnown ? new(dim.Size, null) : new(double.NaN, dim.Symbol);

    public override string ToString() => Symbol ?? Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A small tensor of numbers, some of which may be unknown sizes.</summary>
internal sealed record Numbers(ElementType Type, long[] Dims, Number[] Items)
{
    /// <summary>Larger constants are left as they are: shapes are small.</summary>
    public const int Most = 1 << 20;

    public bool IsKnown => Items.All(static i => i.IsKnown);

    public bool IsWhole => Type is ElementType.Int64 or ElementType.Int32 or ElementType.Bool;

    public static Numbers Whole(IEnumerable<Number> items) => items.ToArray() is var all ? new(ElementType.Int64, [all.Length], all)
        : throw new InvalidOperationException();

    /// <summary>Reads a constant; null when it is too large or holds another type.</summary>
    public static Numbers? Of(OnnxTensor tensor)
    {
        if (tensor.Count > Most) return null;
        double[]? values = tensor.Type switch
        {
            ElementType.Float => [.. tensor.Floats.ToArray().Select(static v => (double)v)],
            ElementType.Double => MemoryMarshal.Cast<byte, double>(tensor.Bytes).ToArray(),
            ElementType.Int64 => [.. tensor.Longs.ToArray().Select(static v => (double)v)],
            ElementType.Int32 => [.. MemoryMarshal.Cast<byte, int>(tensor.Bytes).ToArray().Select(static v => (double)v)],
            ElementType.Bool => [.. tensor.Bytes.ToArray().Select(static v => v == 0 ? 0.0 : 1)],
            _ => null,
        };
        return values is null ? null : new Numbers(tensor.Type, [.. tensor.Dims], [.. values.Select(static v => new Number(v, null))]);
    }

    /// <summary>Gets the tensor; all items must be known.</summary>
    public OnnxTensor ToTensor() => OnnxTensor.FromBytes(Type, Dims, Type switch
    {
        ElementType.Float => Bytes(static v => (float)v),
        ElementType.Double => Bytes(static v => v),
        ElementType.Int64 => Bytes(static v => (long)v),
        ElementType.Int32 => Bytes(static v => (int)v),
        ElementType.Bool => Bytes(static v => (byte)(v == 0 ? 0 : 1)),
        _ => throw new GraphException($"A constant of {Type} cannot be worked out beforehand."),
    });

    /// <summary>Takes items by their places: the numbers of the given shape.</summary>
    public Numbers Picked(long[] dims, Func<long[], long> place)
    {
        if (OnnxTensor.Product(dims) > Most)
            throw new GraphException($"A constant of shape [{string.Join(',', dims)}] is too large to be worked out beforehand.");
        return new Numbers(Type, dims, [.. Places(dims).Select(at => Items[place(at)])]);
    }

    /// <summary>Every place of a shape, in row-major order.</summary>
    public static IEnumerable<long[]> Places(long[] dims)
    {
        var count = OnnxTensor.Product(dims);
        for (var i = 0L; i < count; i++)
        {
            var (at, rest) = (new long[dims.Length], i);
            for (var axis = dims.Length - 1; axis >= 0; axis--) (at[axis], rest) = (rest % dims[axis], rest / dims[axis]);
            yield return at;
        }
    }

    /// <summary>The flat place in these numbers of a place in a shape that they are broadcast to.</summary>
    public long PlaceOf(long[] at)
    {
        var (flat, lead) = (0L, at.Length - Dims.Length);
        for (var axis = 0; axis < Dims.Length; axis++) flat = (flat * Dims[axis]) + (Dims[axis] == 1 ? 0 : at[axis + lead]);
        return flat;
    }

    private byte[] Bytes<T>(Func<double, T> convert)
        where T : unmanaged => MemoryMarshal.AsBytes(Items.Select(i => convert(i.Value)).ToArray().AsSpan()).ToArray();
}
