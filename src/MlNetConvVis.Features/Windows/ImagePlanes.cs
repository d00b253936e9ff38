using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>
/// The image as windows want it, [N, C, H, W]: the input itself, or what a network makes of an input of another order first of all. Not for several threads at
/// a time.
/// </summary>
internal sealed class ImagePlanes
{
    private readonly ImageAxes _axes;
    private readonly float[] _planes;

    private ImagePlanes(string name, TensorShape shape, ImageAxes axes)
    {
        (Name, Shape, _axes) = (name, shape, axes);
        _planes = axes == ImageAxes.Nchw ? [] : new float[shape.ItemCount()];
    }

    /// <summary>Gets the value's name.</summary>
    public string Name { get; }

    public TensorShape Shape { get; }

    private (int Height, int Width) Size => ((int)Shape.Known(2), (int)Shape.Known(3));

    /// <summary>Finds the value; null where the network changes the input before it turns it, or reads it twice.</summary>
    public static ImagePlanes? Of(ConvNet net)
    {
        if (net.Axes == ImageAxes.Nchw) return new ImagePlanes(net.Image.Name, net.Image.Shape!, net.Axes);
        if (net.Graph.UsersOf(net.Image.Name) is not [{ OpType: "Transpose" } turn]) return null;
        var isTurned = turn.Attributes.Ints("perm") is [0, var channels, var rows, var columns]
            && new ImageAxes((int)channels, (int)rows, (int)columns) == net.Axes;
        return isTurned ? new ImagePlanes(turn.Outputs[0], net.ShapeOf(turn.Outputs[0]), net.Axes) : null;
    }

    /// <summary>Brings one image from the network's order to planes; valid until the next call.</summary>
    public ReadOnlySpan<float> From(ReadOnlySpan<float> image)
    {
        if (_axes == ImageAxes.Nchw) return image;
        _axes.Copy(image, Size.Height, Size.Width, ImageAxes.Nchw, _planes);
        return _planes;
    }

    /// <summary>Sets a window into an image of zeros, in the network's order.</summary>
    public void Place(WindowCutter cutter, ReadOnlySpan<float> window, Unit unit, Span<float> image)
    {
        if (_axes == ImageAxes.Nchw)
        {
            cutter.Place(window, unit, Shape, image);
            return;
        }

        cutter.Place(window, unit, Shape, _planes);
        ImageAxes.Nchw.Copy(_planes, Size.Height, Size.Width, _axes, image);
    }
}
