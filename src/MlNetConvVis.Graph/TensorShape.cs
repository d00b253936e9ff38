namespace MlNetConvVis.Graph;

/// <summary>One dimension of a shape: a size, or the name of one that is free until the graph runs.</summary>
public readonly record struct Dim
{
    private Dim(long size, string? symbol)
    {
        Size = size;
        Symbol = symbol;
    }

    /// <summary>Gets the size; -1 when it is free.</summary>
    public long Size { get; }

    /// <summary>Gets the name of a free dimension, or null when the size is known.</summary>
    public string? Symbol { get; }

    /// <summary>Gets whether the size is known.</summary>
    public bool IsKnown => Symbol is null;

    /// <summary>Creates a known dimension.</summary>
    /// <param name="size">Its size.</param>
    public static implicit operator Dim(long size) => new(size, null);

    /// <summary>Creates a free dimension.</summary>
    /// <param name="symbol">Its name; equal names mean equal sizes.</param>
    /// <returns>The dimension.</returns>
    public static Dim Free(string symbol) => new(-1, symbol);

    /// <inheritdoc/>
    public override string ToString() => Symbol ?? Size.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A shape: dimensions in order, some of which may be free (usually the batch).</summary>
public sealed class TensorShape : IEquatable<TensorShape>
{
    private readonly Dim[] _dims;

    /// <summary>Creates a shape.</summary>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    public TensorShape(params IEnumerable<Dim> dims) => _dims = [.. dims];

    /// <summary>Gets the number of dimensions.</summary>
    public int Rank => _dims.Length;

    /// <summary>Gets the dimensions.</summary>
    public IReadOnlyList<Dim> Dims => _dims;

    /// <summary>Gets whether every dimension is known.</summary>
    public bool IsKnown => _dims.All(static d => d.IsKnown);

    /// <summary>Gets one dimension; negative indices count from the end.</summary>
    /// <param name="axis">The axis.</param>
    public Dim this[int axis] => _dims[axis < 0 ? axis + _dims.Length : axis];

    /// <summary>Creates a shape of known dimensions.</summary>
    /// <param name="dims">The dimensions.</param>
    /// <returns>The shape.</returns>
    public static TensorShape Of(params IEnumerable<long> dims) => new(dims.Select(static d => (Dim)d));

    /// <summary>Gets the known size of one axis.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <returns>Its size.</returns>
    /// <exception cref="GraphException">The axis is free.</exception>
    public long Known(int axis) => this[axis] is { IsKnown: true } dim
        ? dim.Size
        : throw new GraphException($"Axis {axis} of shape {this} is free ('{this[axis].Symbol}'), but its size is needed. Give the model a fixed input size.");

    /// <summary>Gets the elements of one item of the batch: the product of every dimension but the first.</summary>
    /// <returns>The product; 1 when there is only a batch.</returns>
    public long ItemCount() => Enumerable.Range(1, Math.Max(0, Rank - 1)).Aggregate(1L, (product, axis) => checked(product * Known(axis)));

    /// <summary>Gets the sizes as ONNX's Reshape takes them: a free dimension becomes -1.</summary>
    /// <returns>One number an axis.</returns>
    /// <exception cref="GraphException">More than one dimension is free.</exception>
    public long[] ForReshape() => _dims.Count(static d => !d.IsKnown) <= 1
        ? [.. _dims.Select(static d => d.IsKnown ? d.Size : -1)]
        : throw new GraphException($"Shape {this} has more than one free dimension; at most one (the batch) may be free.");

    /// <summary>Replaces one axis.</summary>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="dim">Its new dimension.</param>
    /// <returns>A new shape.</returns>
    public TensorShape With(int axis, Dim dim)
    {
        var dims = _dims.ToArray();
        dims[axis < 0 ? axis + dims.Length : axis] = dim;
        return new TensorShape(dims);
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && _dims.SequenceEqual(other._dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode() => _dims.Aggregate(17, static (hash, dim) => HashCode.Combine(hash, dim));

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(',', _dims)}]";
}
