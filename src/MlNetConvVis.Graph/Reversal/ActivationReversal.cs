namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses activation functions.</summary>
internal static class ActivationReversal
{
    /// <summary>Rectifies the signal whatever the forward input was (Zeiler and Fergus 2013, section 2.1).</summary>
    public static Value Rectified(ReversalStep s) => s.Build.Relu(s.Signal);

    /// <summary>Rectifies the signal and passes it only where the forward input was positive (Springenberg et al. 2015).</summary>
    public static Value Guided(ReversalStep s) => s.Build.Mul(
        s.Build.Relu(s.Signal), s.Build.StepOf(s.Node.OpType == "ThresholdedRelu" ? s.Output(0) : s.Input(0)));

    /// <summary>Multiplies with the slope: Relu 1 or 0, LeakyRelu 1 or alpha, PRelu 1 or what was learned, Clip 1 strictly inside its limits and 0
    /// outside.</summary>
    public static Value Derivative(ReversalStep s) => s.Build.Mul(s.Signal, s.Node.OpType switch
    {
        "LeakyRelu" => s.Build.Node("Where",
            [s.Build.Node("Greater", [s.Input(0), s.Build.Scalar(0)]), s.Build.Scalar(1), s.Build.Scalar(s.Node.Attributes.Float("alpha", 0.01f))]),
        "PRelu" => s.Build.Node("Where", [s.Build.Node("Greater", [s.Input(0), s.Build.Scalar(0)]), s.Build.Scalar(1), s.Input(1)]),
        "Clip" => InsideLimits(s),
        _ => s.Build.StepOf(s.Output(0)),      // positive exactly where the input is, and the input need not be kept
    });

    /// <summary>d slope = g * x where x is not positive, summed where the slope was broadcast.</summary>
    public static Value PReluToSlope(ReversalStep s) =>
        s.SummedLikeInput(s.Build.Mul(s.Signal, s.Build.Node("Min", [s.Input(0), s.Build.Scalar(0)])), 1);

    /// <summary>y * (1 - y) times the signal.</summary>
    public static Value SigmoidDerivative(ReversalStep s)
    {
        var y = s.Output(0);
        return s.Build.Mul(s.Signal, s.Build.Mul(y, s.Build.Sub(s.Build.Scalar(1), y)));
    }

    /// <summary>y * (signal - sum(signal * y)) along the softmax's axis.</summary>
    public static Value SoftmaxDerivative(ReversalStep s)
    {
        var y = s.Output(0);
        var shared = s.Build.ReduceSum(s.Build.Mul(s.Signal, y), [s.Node.Attributes.Int("axis", -1)], keep: true);
        return s.Build.Mul(y, s.Build.Sub(s.Signal, shared));
    }

    private static Value InsideLimits(ReversalStep s)
    {
        var (above, below) = (s.Node.Input(1), s.Node.Input(2));
        Value? mask = above is null ? null : s.Build.Cast(s.Build.Node("Greater", [s.Input(0), new Value(above)]), ElementType.Float);
        if (below is null) return mask ?? s.Build.FullLike(s.Input(0), 1);
        var upper = s.Build.Cast(s.Build.Node("Less", [s.Input(0), new Value(below)]), ElementType.Float);
        return mask is { } lower ? s.Build.Mul(lower, upper) : upper;
    }
}
