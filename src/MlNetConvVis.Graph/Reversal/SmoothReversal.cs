namespace MlNetConvVis.Graph.Reversal;

/// <summary>Slopes of activation functions, at each element.</summary>
internal static class SmoothReversal
{
    private const float SeluAlpha = 1.67326319217681884765625f;      // the defaults of the ONNX operator specification
    private const float SeluGamma = 1.05070102214813232421875f;

    /// <summary>y = alpha * (e^x - 1) below zero: slope y + alpha there, 1 above.</summary>
    public static Value Elu(ReversalStep s) => Bent(s, s.Build.Scalar(1), s.Build.Add(s.Output(0), s.Build.Scalar(s.Node.Attributes.Float("alpha", 1))));

    /// <summary>y = gamma * alpha * (e^x - 1) below zero: slope y + gamma * alpha there, gamma above.</summary>
    public static Value Selu(ReversalStep s)
    {
        var (alpha, gamma) = (s.Node.Attributes.Float("alpha", SeluAlpha), s.Node.Attributes.Float("gamma", SeluGamma));
        return Bent(s, s.Build.Scalar(gamma), s.Build.Add(s.Output(0), s.Build.Scalar(alpha * gamma)));
    }

    /// <summary>y = alpha * (e^(x/alpha) - 1) below zero: slope y / alpha + 1 there, 1 above.</summary>
    public static Value Celu(ReversalStep s) => Bent(
        s, s.Build.Scalar(1), s.Build.Add(s.Build.Mul(s.Output(0), s.Build.Scalar(1 / s.Node.Attributes.Float("alpha", 1))), s.Build.Scalar(1)));

    /// <summary>1 - y^2.</summary>
    public static Value Tanh(ReversalStep s) => s.Build.Sub(s.Build.Scalar(1), s.Build.Mul(s.Output(0), s.Output(0)));

    /// <summary>y = alpha * x + beta, kept within 0 and 1: slope alpha strictly inside, 0 outside.</summary>
    public static Value HardSigmoid(ReversalStep s)
    {
        var y = s.Output(0);
        var inside = s.Build.Node("And", [s.Build.Node("Greater", [y, s.Build.Scalar(0)]), s.Build.Node("Less", [y, s.Build.Scalar(1)])]);
        return s.Build.Mul(s.Build.Cast(inside, ElementType.Float), s.Build.Scalar(s.Node.Attributes.Float("alpha", 0.2f)));
    }

    /// <summary>y = x * (x/6 + 1/2), kept within 0 and x: slope 0 below -3, 1 above 3, x/3 + 1/2 between.</summary>
    public static Value HardSwish(ReversalStep s)
    {
        var (build, x) = (s.Build, s.Input(0));
        var between = build.Add(build.Mul(x, build.Scalar(1f / 3)), build.Scalar(0.5f));
        var upper = build.Node("Where", [build.Node("Greater", [x, build.Scalar(3)]), build.Scalar(1), between]);
        return build.Node("Where", [build.Node("Less", [x, build.Scalar(-3)]), build.Scalar(0), upper]);
    }

    /// <summary>y = x / (1 + |x|): slope 1 / (1 + |x|)^2.</summary>
    public static Value Softsign(ReversalStep s) => s.Build.Pow(s.Build.Add(s.Build.Scalar(1), s.Build.Node("Abs", [s.Input(0)])), -2);

    /// <summary>2 / sqrt(pi) * e^(-x^2).</summary>
    public static Value Erf(ReversalStep s) => s.Build.Mul(
        s.Build.Scalar(2 / MathF.Sqrt(MathF.PI)),
        s.Build.Node("Exp", [s.Build.Node("Neg", [s.Build.Mul(s.Input(0), s.Input(0))])]));

    /// <summary>signal - e^y * sum(signal) along the softmax's axis.</summary>
    public static Value LogSoftmax(ReversalStep s)
    {
        var shared = s.Build.ReduceSum(s.Signal, [s.Node.Attributes.Int("axis", -1)], keep: true);
        return s.Build.Sub(s.Signal, s.Build.Mul(s.Build.Node("Exp", [s.Output(0)]), shared));
    }

    /// <summary>1 where a value is above a limit, 0 elsewhere.</summary>
    public static Value AboveOf(ReversalStep s, Value x, float limit) =>
        s.Build.Cast(s.Build.Node("Greater", [x, s.Build.Scalar(limit)]), ElementType.Float);

    private static Value Bent(ReversalStep s, Value above, Value below) =>
        s.Build.Node("Where", [s.Build.Node("Greater", [s.Input(0), s.Build.Scalar(0)]), above, below]);
}
