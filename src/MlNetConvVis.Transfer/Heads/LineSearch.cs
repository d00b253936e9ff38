namespace MlNetConvVis.Transfer.Heads;

/// <summary>The minimum of a convex function of one variable that falls at 0, by Newton steps kept inside a bracket.</summary>
internal static class LineSearch
{
    private const double SlopeShare = 0.1;    // done when this little of the first slope is left
    private const int MaxEvaluations = 30;

    /// <summary>Gets a step at which the function is below its value at 0 and nearly flat.</summary>
    public static double Minimize(Func<double, LinePoint> function)
    {
        var start = function(0);
        var (low, high, step) = (0.0, double.PositiveInfinity, NewtonStep(start, 0));
        for (var evaluation = 0; evaluation < MaxEvaluations; evaluation++)
        {
            var here = function(step);
            if (here.Value <= start.Value && Math.Abs(here.Slope) <= SlopeShare * Math.Abs(start.Slope)) return step;
            if (here.Slope > 0 || !(here.Value <= start.Value)) high = step;
            else low = step;
            var next = here.Curvature > 0 && double.IsFinite(here.Value) ? NewtonStep(here, step) : double.NaN;
            var inside = next > low && next < Math.Min(high, 10 * Math.Max(low, step));
            step = inside ? next : double.IsInfinity(high) ? 10 * step : 0.5 * (low + high);
        }
        return low;    // rounding hides the rest: the last step known to be downhill, or none
    }

    private static double NewtonStep(LinePoint point, double at) => at - (point.Slope / point.Curvature);
}
