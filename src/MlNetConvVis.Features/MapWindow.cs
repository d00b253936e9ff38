using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>A rectangle of units in every map of a layer, such as those that see no padding (<see cref="OfWholeFields"/>).</summary>
/// <param name="Y">Its first row.</param>
/// <param name="X">Its first column.</param>
/// <param name="Height">How many rows.</param>
/// <param name="Width">How many columns.</param>
public readonly record struct MapWindow(int Y, int X, int Height, int Width)
{
    /// <summary>Finds the units whose receptive field lies wholly inside the image. A layer's strongest unit often sits at the border, where padding is a
    /// part of what it sees, and its picture is cut.</summary>
    /// <param name="net">The network, its input size fixed.</param>
    /// <param name="layer">The layer.</param>
    /// <returns>The rectangle; all of the map where units see the whole image anyway, as fully connected ones do.</returns>
    /// <exception cref="GraphException">No unit of the layer is such, or the layer does not exist or does not lie channels, rows, columns.</exception>
    public static MapWindow OfWholeFields(ConvNet net, string layer)
    {
        ArgumentNullException.ThrowIfNull(net);
        var (field, shape) = (net.FieldOf(layer), net.ShapeOf(layer));
        var (height, width) = ((int)net.Image.Shape!.Known(net.Axes.Rows), (int)net.Image.Shape!.Known(net.Axes.Columns));
        var (rows, columns) = shape.Rank == 4 ? ((int)shape.Known(2), (int)shape.Known(3)) : (1, 1);
        var ((y, down), (x, across)) = (Inside(field[0], rows, height), Inside(field[1], columns, width));
        return down > 0 && across > 0 ? new MapWindow(y, x, down, across) : throw new GraphException(
            $"Layer '{layer}' has no unit whose receptive field lies wholly inside the image: a unit sees {field[0].Size}x{field[1].Size} pixels " +
            $"of {height}x{width}, and every one of its {rows}x{columns} places is cut by the border. " +
            "Take all units (leave out --whole-fields), or an earlier layer.");
    }

    /// <summary>Gets whether a unit lies in the rectangle.</summary>
    /// <param name="y">The unit's row.</param>
    /// <param name="x">Its column.</param>
    public bool Contains(int y, int x) => y >= Y && y < Y + Height && x >= X && x < X + Width;

    /// <summary>The units u of an axis with 0 &lt;= start + u*stride and start + u*stride + size &lt;= pixels.</summary>
    private static (int First, int Count) Inside(FieldAxis axis, int units, int pixels)
    {
        if (axis.Stride == 0) return axis.Start >= 0 && axis.Start + axis.Size <= pixels ? (0, units) : (0, 0);
        var first = axis.Start >= 0 ? 0 : (-axis.Start + axis.Stride - 1) / axis.Stride;
        var room = pixels - axis.Size - axis.Start;
        var last = room < 0 ? -1 : Math.Min(units - 1, room / axis.Stride);
        return ((int)first, (int)Math.Max(0, last - first + 1));
    }
}
