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
}
