namespace MlNetConvVis.Transfer.Heads;

/// <summary>A function of one variable at one place: its value, slope and curvature.</summary>
internal readonly record struct LinePoint(double Value, double Slope, double Curvature)
{
    public static LinePoint operator +(LinePoint left, LinePoint right) =>
        new(left.Value + right.Value, left.Slope + right.Slope, left.Curvature + right.Curvature);

    public static LinePoint operator /(LinePoint point, double divisor) =>
        new(point.Value / divisor, point.Slope / divisor, point.Curvature / divisor);
}
