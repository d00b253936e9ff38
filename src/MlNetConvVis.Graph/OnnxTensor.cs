using System.Runtime.InteropServices;

namespace MlNetConvVis.Graph;

/// <summary>A constant tensor: element type, dimensions, and row-major little-endian bytes. Immutable.</summary>
public sealed class OnnxTensor
{
    private readonly byte[] _data;

    private OnnxTensor(ElementType type, long[] dims, byte[] data)
    {
        Type = type;
        Dims = dims;
        _data = data;
    }

    /// <summary>Gets the element type.</summary>
    public ElementType Type { get; }

    /// <summary>Gets the dimensions; empty for a scalar.</summary>
    public IReadOnlyList<long> Dims { get; }

    /// <summary>Gets the number of elements.</summary>
    public long Count => Product(Dims);

    /// <summary>Gets the raw bytes, row-major, little-endian.</summary>
    public ReadOnlySpan<byte> Bytes => _data;

    /// <summary>Gets the raw bytes as memory that can be handed on without copying.</summary>
    public ReadOnlyMemory<byte> Memory => _data;

    /// <summary>Gets the elements of a float tensor.</summary>
    /// <exception cref="GraphException">The tensor holds another type.</exception>
    public ReadOnlySpan<float> Floats => MemoryMarshal.Cast<byte, float>(BytesOf(ElementType.Float));

    /// <summary>Gets the elements of an int64 tensor.</summary>
    /// <exception cref="GraphException">The tensor holds another type.</exception>
    public ReadOnlySpan<long> Longs => MemoryMarshal.Cast<byte, long>(BytesOf(ElementType.Int64));

    /// <summary>Creates a tensor over bytes that the caller no longer changes.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="dims">The dimensions; empty for a scalar.</param>
    /// <param name="data">Row-major little-endian bytes.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="GraphException">The bytes do not fill the dimensions.</exception>
    public static OnnxTensor FromBytes(ElementType type, IEnumerable<long> dims, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var shape = dims.ToArray();
        if (shape.Any(d => d < 0))
            throw new GraphException($"A tensor has dimensions [{string.Join(',', shape)}]; none may be negative.");
        if (ByteCount(type, shape) is var wanted && wanted != data.Length)
            throw new GraphException($"A tensor [{string.Join(',', shape)}] of {type} takes {wanted} bytes, but {data.Length} came.");
        return new OnnxTensor(type, shape, data);
    }

    /// <summary>Creates a float tensor.</summary>
    /// <param name="values">Row-major values; copied.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <returns>The tensor.</returns>
    public static OnnxTensor Of(ReadOnlySpan<float> values, params long[] dims) =>
        FromBytes(ElementType.Float, dims, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Creates an int64 tensor.</summary>
    /// <param name="values">Row-major values; copied.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <returns>The tensor.</returns>
    public static OnnxTensor Of(ReadOnlySpan<long> values, params long[] dims) =>
        FromBytes(ElementType.Int64, dims, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Gives the same bytes other dimensions.</summary>
    /// <param name="dims">Dimensions with the same number of elements.</param>
    /// <returns>A tensor over the same bytes.</returns>
    public OnnxTensor Reshape(params long[] dims) => FromBytes(Type, dims, _data);

    /// <summary>Gets the number of elements that dimensions hold.</summary>
    /// <param name="dims">The dimensions.</param>
    /// <returns>Their product; 1 for a scalar.</returns>
    public static long Product(IEnumerable<long> dims) => dims.Aggregate(1L, static (product, dim) => checked(product * dim));

    private static Int128 ByteCount(ElementType type, long[] shape) =>
        shape.Aggregate((Int128)type.Size(), static (product, dim) => product > long.MaxValue ? product : product * dim);

    private ReadOnlySpan<byte> BytesOf(ElementType wanted) => Type == wanted
        ? _data
        : throw new GraphException($"A tensor of {wanted} was wanted, but one of {Type} came.");
}
