namespace MlNetConvVis.Graph.Shapes;

/// <summary>
/// The receptive field of a value along one spatial axis of the input: unit u sees the pixels Start + u*Stride … Start + u*Stride + Size - 1, or, where
/// branches of unequal strides meet, some of them. <see cref="Clamped"/> is exact for every unit.
/// </summary>
/// <param name="Size">How many pixels a unit sees.</param>
/// <param name="Stride">How many pixels the field moves from one unit to the next; 0 when every unit sees the same.</param>
/// <param name="Start">First pixel that unit 0 sees; negative when padding lies before the image.</param>
public readonly record struct FieldAxis(long Size, long Stride, long Start)
{
    /// <summary>Gets what each unit really sees, within the image; null where only the three numbers are known.</summary>
    internal PixelSpan[]? Units { get; init; }

    /// <summary>Gets the pixels that a unit sees, within the image: none that it does not depend on, none left out.</summary>
    /// <param name="unit">The unit's place on this axis.</param>
    /// <param name="pixels">The image's size on this axis.</param>
    /// <returns>First pixel and count; the count is 0 for a unit that sees nothing but padding.</returns>
    public (int First, int Count) Clamped(long unit, long pixels)
    {
        if (Units is { Length: > 0 } units && (Stride == 0 || units.Length == 1 || (unit >= 0 && unit < units.Length)))
        {
            var seen = units[units.Length == 1 ? 0 : Math.Clamp(unit, 0, units.Length - 1)];
            return ((int)Math.Min(seen.First, pixels), (int)Math.Max(0, Math.Min(seen.End, pixels) - seen.First));
        }

        var first = Math.Clamp(Start + (unit * Stride), 0, pixels);
        var end = Math.Clamp(Start + (unit * Stride) + Size, first, pixels);
        return ((int)first, (int)(end - first));
    }

    /// <summary>Two fields are equal when their three numbers are.</summary>
    /// <param name="other">The other field.</param>
    /// <returns>Whether they are.</returns>
    public bool Equals(FieldAxis other) => (Size, Stride, Start) == (other.Size, other.Stride, other.Start);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, Stride, Start);
}

/// <summary>Pixels First … End - 1 of one axis; none where End is First.</summary>
internal readonly record struct PixelSpan(int First, int End)
{
    public static PixelSpan None { get; }

    public bool IsEmpty => End <= First;

    /// <summary>The smallest span that holds both.</summary>
    public PixelSpan Joined(PixelSpan other) => IsEmpty ? other : other.IsEmpty ? this : new(Math.Min(First, other.First), Math.Max(End, other.End));
}
