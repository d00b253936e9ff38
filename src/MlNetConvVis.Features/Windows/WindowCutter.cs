using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Cuts out of a forward pass what the projection of single units takes in, and sets the projected window into a whole image. For images [N, C, H, W].</summary>
internal sealed class WindowCutter(WindowedReversal reversal, IReadOnlyDictionary<string, TensorShape> shapes, BoundRun forward)
{
    private readonly WindowPart[] _parts = [.. reversal.Parts];

    /// <summary>Cuts out everything for one unit.</summary>
    /// <param name="image">The place of its image in the forward batch.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="pass">What takes the parts in.</param>
    public void Cut(int image, Unit unit, IUnitPass pass)
    {
        foreach (var part in _parts)
        {
            switch (part)
            {
                case ValuePart value:
                    new Placed(value.Window, unit, shapes[value.Value]).CopyOutOf(Item(value.Value, image), pass.Floats(part.Name));
                    break;
                case ConstantPart constant:
                    new Placed(constant.Window, unit, TensorShape.Of(constant.Constant.Dims)).CopyOutOf(constant.Constant.Floats, pass.Floats(part.Name));
                    break;
                case MaskPart mask:
                    new Placed(mask.Window, unit, shapes[mask.Value]).Mark(pass.Floats(part.Name));
                    break;
                case SwitchPart switches:
                    CutSwitches(switches, Item(switches.Pool.Inputs[0], image), unit, pass.Longs(part.Name));
                    break;
            }
        }
    }

    /// <summary>Sets a projected window into an image of zeros, cutting off what lies outside.</summary>
    /// <param name="window">The window's values.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="image">The image's shape.</param>
    /// <param name="destination">Receives the whole projection, [C, H, W].</param>
    public void Place(ReadOnlySpan<float> window, Unit unit, TensorShape image, Span<float> destination)
    {
        destination.Clear();
        new Placed(reversal.Window, unit, image).CopyInto(window, destination);
    }

    private Span<float> Item(string value, int item) => forward.Floats(value).Slice(item * forward.ItemLength(value), forward.ItemLength(value));

    private static void CutSwitches(SwitchPart part, ReadOnlySpan<float> values, Unit unit, Span<long> places)
    {
        var geometry = part.Geometry;
        var plane = (int)(geometry.InputSizes[0] * geometry.InputSizes[1]);
        var (pooled, window) = (new Placed(part.Pooled, unit, geometry.OutputSizes), new Placed(part.Window, unit, geometry.InputSizes));
        places.Clear();
        var inside = pooled.Inside;
        var rows = new PoolSwitches.RowMaxima(geometry, inside.Left, inside.Width);
        for (var channel = 0; channel < values.Length / plane; channel++)
        {
            var offset = (((channel * window.Height) - window.Top) * window.Width) - window.Left;
            for (var y = inside.Top; y < inside.Bottom; y++)
                rows.Places(values.Slice(channel * plane, plane), y, offset, window.Width, places[pooled.At(channel, y, inside.Left)..]);
        }
    }

    /// <summary>A window at its place on a value.</summary>
    private readonly struct Placed
    {
        private readonly int _height;
        private readonly int _width;

        public Placed(IReadOnlyList<FieldAxis> window, Unit unit, TensorShape value)
            : this(window, unit, [value.Known(2), value.Known(3)])
        {
        }

        public Placed(IReadOnlyList<FieldAxis> window, Unit unit, IReadOnlyList<long> sizes)
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

        /// <summary>Copies the window out of [C, H, W]; ones outside it, where no signal is: there a quotient stays a number.</summary>
        public void CopyOutOf(ReadOnlySpan<float> value, Span<float> window)
        {
            if (!IsInside) window.Fill(1);
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
}
