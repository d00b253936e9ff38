using MlNetConvVis.Features;

namespace MlNetConvVis.Cli.Verbs;

/// <summary>The pixels of the input that a unit sees, clamped to it; rows and columns from 0.</summary>
internal sealed record FieldResult(int Top, int Left, int Height, int Width)
{
    public static FieldResult Of(ConvNet net, string layer, Unit unit, int height, int width)
    {
        var field = net.FieldOf(layer);
        var (top, rows) = field[0].Clamped(unit.Y, height);
        var (left, columns) = field[1].Clamped(unit.X, width);
        return new FieldResult(top, left, rows, columns);
    }

    /// <summary>All that the units of a map see together.</summary>
    public static FieldResult OfMap(ConvNet net, string layer, int height, int width)
    {
        var shape = net.ShapeOf(layer);
        var (rows, columns) = shape.Rank == 4 ? (shape.Known(2), shape.Known(3)) : (1, 1);
        var (first, last) = (Of(net, layer, new Unit(0, 0, 0), height, width), Of(net, layer, new Unit(0, (int)rows - 1, (int)columns - 1), height, width));
        return new FieldResult(first.Top, first.Left, last.Top + last.Height - first.Top, last.Left + last.Width - first.Left);
    }
}
