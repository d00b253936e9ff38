namespace MlNetConvVis.Specs;

/// <summary>A size or step along both spatial axes.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Extent(int Height, int Width)
{
    /// <summary>Gets one row and one column.</summary>
    public static Extent One { get; } = 1;

    /// <summary>Makes a square.</summary>
    /// <param name="side">Rows and columns.</param>
    public static implicit operator Extent(int side) => new(side, side);

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}";

    internal long[] ToLongs() => [Height, Width];
}

/// <summary>Rows and columns put around a map: zeros for convolutions, and never the maximum for max pooling.</summary>
/// <param name="Top">Rows above.</param>
/// <param name="Left">Columns to the left.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Right">Columns to the right.</param>
/// <param name="IsSame">Whether the four numbers are worked out such that output size = ceil(input size / stride), an odd row or column going below or
/// right.</param>
public readonly record struct Padding(int Top, int Left, int Bottom, int Right, bool IsSame = false)
{
    /// <summary>Gets the padding that keeps the size, up to the stride.</summary>
    public static Padding Same { get; } = new(0, 0, 0, 0, IsSame: true);

    /// <summary>Makes the same padding on every side.</summary>
    /// <param name="side">Rows and columns on each side.</param>
    public static implicit operator Padding(int side) => new(side, side, side, side);

    internal long[] ToLongs() => [Top, Left, Bottom, Right];
}

/// <summary>How many maps or units a layer makes: a number, or as many as there are classes.</summary>
/// <param name="Count">The number; null for the number of classes.</param>
public readonly record struct LayerWidth(int? Count)
{
    /// <summary>Gets the width that follows the number of classes.</summary>
    public static LayerWidth Classes { get; } = new(null);

    /// <summary>Makes a fixed width.</summary>
    /// <param name="count">The number of maps or units.</param>
    public static implicit operator LayerWidth(int count) => new(count);

    /// <inheritdoc/>
    public override string ToString() => Count is { } count ? count.ToString(System.Globalization.CultureInfo.InvariantCulture) : "classes";
}
