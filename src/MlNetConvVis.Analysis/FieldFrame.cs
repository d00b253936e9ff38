using MlNetConvVis.Features;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>
/// Gives all pictures of one layer the same size: that of a receptive field that no border cuts. What the image's border cuts off is grey, at the side where
/// it was cut, so that the rest keeps its place. Where fields reach over the whole image, the image is the frame.
/// </summary>
internal sealed class FieldFrame
{
    private readonly FieldAxis _rows;
    private readonly FieldAxis _columns;
    private readonly int _pixelRows;
    private readonly int _pixelColumns;

    /// <param name="net">The network, its input size fixed.</param>
    /// <param name="layer">The layer.</param>
    public FieldFrame(ConvNet net, string layer)
    {
        (_rows, _columns) = (net.FieldOf(layer)[0], net.FieldOf(layer)[1]);
        (_pixelRows, _pixelColumns) = ((int)net.Image.Shape!.Known(net.Axes.Rows), (int)net.Image.Shape!.Known(net.Axes.Columns));
        (Height, Width) = (SizeOf(_rows, _pixelRows), SizeOf(_columns, _pixelColumns));
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Fills the picture of what a unit sees up to the whole field.</summary>
    /// <param name="seen">The picture, cut at the image's border.</param>
    /// <param name="unit">The unit.</param>
    public RgbImage Around(RgbImage seen, Unit unit) => seen.OnGround(
        Width, Height, Place(_columns, unit.X, _pixelColumns, Width - seen.Width), Place(_rows, unit.Y, _pixelRows, Height - seen.Height), Rgb.Grey);

    private static int SizeOf(FieldAxis axis, int pixels) => (int)Math.Min(axis.Size, pixels);

    /// <summary>Where in the frame begins what is seen. A frame as long as the image is the image; any other begins where the field does.</summary>
    private static int Place(FieldAxis axis, int unit, int pixels, int free)
    {
        var first = axis.Clamped(unit, pixels).First;
        var frame = axis.Size >= pixels || axis.Stride == 0 ? 0 : axis.Start + (unit * axis.Stride);
        return (int)Math.Clamp(first - frame, 0, free);
    }
}
