using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>Cuts out of a forward pass what the projection of single units takes in, and sets the projected window into a whole image. For images [N, C, H,
/// W].</summary>
internal sealed class WindowCutter(WindowedReversal reversal, IReadOnlyDictionary<string, TensorShape> shapes)
{
    private readonly WindowPart[] _parts = [.. reversal.Parts];

    /// <summary>Cuts out everything for one unit.</summary>
    /// <param name="forward">The forward pass of whole images.</param>
    /// <param name="image">The place of its image in the forward batch.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="pass">What takes the parts in.</param>
    public void Cut(BoundRun forward, int image, Unit unit, IUnitPass pass)
    {
        foreach (var part in _parts)
        {
            switch (part)
            {
                case ValuePart value:
                    new PlacedWindow(value.Window, unit, shapes[value.Value]).CopyOutOf(Item(forward, value.Value, image), pass.Floats(part.Name), 1);
                    break;
                case SwitchPart switches:
                    CutSwitches(switches, Item(forward, switches.Pool.Inputs[0], image), unit, pass.Longs(part.Name));
                    break;
                default:
                    Cut(part, unit, pass);
                    break;
            }
        }
    }

    /// <summary>Cuts out what does not depend on an image: constants and masks.</summary>
    public void Cut(WindowPart part, Unit unit, IUnitPass pass)
    {
        if (part is ConstantPart constant)
            new PlacedWindow(constant.Window, unit, TensorShape.Of(constant.Constant.Dims)).CopyOutOf(constant.Constant.Floats, pass.Floats(part.Name), 1);
        else if (part is MaskPart mask)
            new PlacedWindow(mask.Window, unit, shapes[mask.Value]).Mark(pass.Floats(part.Name));
    }

    /// <summary>Sets a projected window into an image of zeros, cutting off what lies outside.</summary>
    /// <param name="window">The window's values.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="image">The image's shape.</param>
    /// <param name="destination">Receives the whole projection, [C, H, W].</param>
    public void Place(ReadOnlySpan<float> window, Unit unit, TensorShape image, Span<float> destination)
    {
        destination.Clear();
        new PlacedWindow(reversal.Window, unit, image).CopyInto(window, destination);
    }

    private static Span<float> Item(BoundRun forward, string value, int item) =>
        forward.Floats(value).Slice(item * forward.ItemLength(value), forward.ItemLength(value));

    private static void CutSwitches(SwitchPart part, ReadOnlySpan<float> values, Unit unit, Span<long> places)
    {
        var geometry = part.Geometry;
        var plane = (int)(geometry.InputSizes[0] * geometry.InputSizes[1]);
        var (pooled, window) = (new PlacedWindow(part.Pooled, unit, geometry.OutputSizes), new PlacedWindow(part.Window, unit, geometry.InputSizes));
        places.Clear();
        var inside = pooled.Inside;
        if (inside.Width == 0) return;
        var rows = new PoolSwitches.RowMaxima(geometry, inside.Left, inside.Width);
        for (var channel = 0; channel < values.Length / plane; channel++)
        {
            var offset = (((channel * window.Height) - window.Top) * window.Width) - window.Left;
            for (var y = inside.Top; y < inside.Bottom; y++)
                rows.Places(values.Slice(channel * plane, plane), y, offset, window.Width, places[pooled.At(channel, y, inside.Left)..]);
        }
    }
}
