namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses sums, differences, products and quotients, summing where an input was broadcast.</summary>
internal static class ArithmeticReversal
{
    /// <summary>d(a - b)/da = 1.</summary>
    public static Value Minuend(ReversalStep s) => s.SummedLikeInput(s.Signal, 0);

    /// <summary>d(a - b)/db = -1.</summary>
    public static Value Subtrahend(ReversalStep s) => s.SummedLikeInput(s.Build.Node("Neg", [s.Signal]), 1);

    /// <summary>d(a * b)/da = b.</summary>
    public static Value Factor(ReversalStep s, int index) => s.SummedLikeInput(s.Build.Mul(s.Signal, s.Input(1 - index)), index);

    /// <summary>d(a / b)/da = 1 / b.</summary>
    public static Value Dividend(ReversalStep s) => s.SummedLikeInput(s.Build.Div(s.Signal, s.Input(1)), 0);

    /// <summary>d(a / b)/db = -(a / b) / b.</summary>
    public static Value Divisor(ReversalStep s) => s.SummedLikeInput(
        s.Build.Node("Neg", [s.Build.Div(s.Build.Mul(s.Signal, s.Output(0)), s.Input(1))]), 1);

    /// <summary>d(a^b)/da = b * a^(b-1), for exponents that are constants.</summary>
    public static Value Base(ReversalStep s)
    {
        var exponent = s.Input(1);
        var slope = s.Build.ConstantOf(exponent) is { Type: ElementType.Float, Count: 1 } number
            ? s.Build.Mul(s.Build.Scalar(number.Floats[0]), s.Build.Pow(s.Input(0), number.Floats[0] - 1))
            : s.Build.Mul(exponent, s.Build.Node("Pow", [s.Input(0), s.Build.Sub(exponent, s.Build.Scalar(1))]));
        return s.SummedLikeInput(s.Build.Mul(s.Signal, slope), 0);
    }
}
