using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer.Heads;

/// <summary>L-BFGS (Nocedal and Wright, "Numerical Optimization", algorithm 7.4) on the objective of a linear head.</summary>
/// <remarks>f is strongly convex in the weights, so f - min f is at most |gradient|^2 / (2 l2) apart from the bias; the fit ends when
/// that bound is below tolerance * f, and when float32 can improve f no further.</remarks>
internal sealed class Lbfgs(FeatureSpace space, int maxIterations, double tolerance, CancellationToken cancel)
{
    private const int History = 10;
    private const int ImageRefresh = 25;    // iterations after which rounding in the carried image is wiped out
    private readonly List<Correction> _corrections = [];

    private sealed record Correction(float[] Step, float[] Change, double Inverse, double Scale);

    /// <summary>Moves <paramref name="point"/> to the minimum.</summary>
    public LbfgsOutcome Minimize(HeadObjective objective, float[] point)
    {
        _corrections.Clear();
        var (gradient, next, direction) = (space.NewVector(), space.NewVector(), space.NewVector());
        var residual = new float[space.Rows * space.Stride];
        var value = objective.Evaluate(point, residual, gradient);
        var stalled = 0;
        for (var iteration = 0; ; iteration++)
        {
            cancel.ThrowIfCancellationRequested();
            var converged = space.Dot(gradient, gradient) <= 2 * objective.L2 * tolerance * value;
            if (converged || stalled == 3 || iteration == maxIterations)
                return new LbfgsOutcome(value, iteration, converged || stalled == 3);
            Direction(gradient, direction);
            var step = LineSearch.Minimize(objective.AlongLine(point, direction));
            VectorMath.AddScaled((float)step, direction, point, space.Threads);
            if (iteration % ImageRefresh == ImageRefresh - 1) space.RefreshImage(point);
            var before = value;
            value = objective.Evaluate(point, residual, next);
            stalled = before - value <= Math.Min(1e-7, tolerance) * value ? stalled + 1 : 0;
            Remember(direction, (float)step, gradient, next);
            (gradient, next) = (next, gradient);
        }
    }

    /// <summary>Writes -H g by the two-loop recursion.</summary>
    private void Direction(float[] gradient, float[] direction)
    {
        gradient.CopyTo(direction, 0);
        var along = new double[_corrections.Count];
        for (var i = _corrections.Count - 1; i >= 0; i--)
        {
            var (step, change, inverse, _) = _corrections[i];
            along[i] = inverse * space.Dot(step, direction);
            VectorMath.AddScaled((float)-along[i], change, direction, space.Threads);
        }
        var scale = (float)(_corrections.Count == 0 ? 1 : _corrections[^1].Scale);
        VectorMath.Scale(-scale, direction, space.Threads);
        for (var i = 0; i < _corrections.Count; i++)
        {
            var (step, change, inverse, _) = _corrections[i];
            var rest = along[i] + (inverse * space.Dot(change, direction));    // direction already carries the minus sign
            VectorMath.AddScaled((float)-rest, step, direction, space.Threads);
        }
    }

    /// <summary>Keeps s = step * direction and y = change of gradient, re-using the oldest pair's memory.</summary>
    private void Remember(float[] direction, float step, float[] gradient, float[] next)
    {
        var reused = _corrections.Count == History ? _corrections[0] : null;
        if (reused is not null) _corrections.RemoveAt(0);
        var (moved, change) = (reused?.Step ?? space.NewVector(), reused?.Change ?? space.NewVector());
        VectorMath.Combine(step, direction, 0, direction, moved, space.Threads);
        VectorMath.Combine(1, next, -1, gradient, change, space.Threads);
        var (curvature, length) = (space.Dot(moved, change), space.Dot(change, change));
        if (curvature > 0 && length > 0) _corrections.Add(new Correction(moved, change, 1 / curvature, curvature / length));
    }
}
