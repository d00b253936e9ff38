using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>A window at its place on a value.</summary>
internal readonly struct PlacedWindow
{
    private readonly int _height;
    private readonly int _width;

    public PlacedWindow(IReadOnlyList<FieldAxis> window, Unit unit, TensorShape value)
        : this(window, unit, [value.Known(2), value.Known(3)])
    {
    }

    public PlacedWindow(IReadOnlyList<FieldAxis> window, Unit unit, IReadOnlyList<long> sizes)
    {
        (_height, _width) = ((int)sizes[0], (int)sizes[1]);
        (Top, Height) = ((int)(window[0].Start + (unit.Y * window[0].Stride)), (int)window[0].Size);
        (Left, Width) = ((int)(window[1].Start + (unit.X * window[1].Stride)), (int)window[1].Size);
    }

    public int Top { get; }

    public int Left { get; }

    public int Height { get; }

    public int Width { get; }

    private bool Holds(int y, int x) => (uint)y < (uint)_height && (uint)x < (uint)_width;

    /// <summary>Copies the window out of [C, H, W].</summary>
    public void CopyOutOf(ReadOnlySpan<float> value, Span<float> window, float outside)
    {
        if (!IsInside) window.Fill(outside);
        var inside = Inside;
        for (var channel = 0; channel < value.Length / (_height * _width); channel++)
        {
            for (var y = inside.Top; y < inside.Bottom; y++)
                value.Slice((((channel * _height) + y) * _width) + inside.Left, inside.Width).CopyTo(window[At(channel, y, inside.Left)..]);
        }
    }

    /// <summary>Copies the window into [C, H, W].</summary>
    public void CopyInto(ReadOnlySpan<float> window, Span<float> value)
    {
        var inside = Inside;
        for (var channel = 0; channel < value.Length / (_height * _width); channel++)
        {
            for (var y = inside.Top; y < inside.Bottom; y++)
                window.Slice(At(channel, y, inside.Left), inside.Width).CopyTo(value[((((channel * _height) + y) * _width) + inside.Left)..]);
        }
    }

    public void Mark(Span<float> window)
    {
        window.Clear();
        var inside = Inside;
        for (var y = inside.Top; y < inside.Bottom; y++) window.Slice(At(0, y, inside.Left), inside.Width).Fill(1);
    }

    /// <summary>Gets the part of the window that lies on the value.</summary>
    public (int Top, int Bottom, int Left, int Width) Inside
    {
        get
        {
            var (top, left) = (Math.Max(Top, 0), Math.Max(Left, 0));
            var width = Math.Max(0, Math.Min(Left + Width, _width) - left);
            return (top, width == 0 ? top : Math.Min(Top + Height, _height), left, width);      // no rows where the window lies beside the value
        }
    }

    /// <summary>Gets where a place of the value lies in the window.</summary>
    public int At(int channel, int y, int x) => (((channel * Height) + y - Top) * Width) + x - Left;

    private bool IsInside => Holds(Top, Left) && Holds(Top + Height - 1, Left + Width - 1);
}
