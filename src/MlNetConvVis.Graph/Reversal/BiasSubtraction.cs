namespace MlNetConvVis.Graph.Reversal;

/// <summary>Takes a convolution's bias off the signal at its output.</summary>
internal static class BiasSubtraction
{
    /// <summary>signal - b[o] where the signal is not zero, zero elsewhere; the signal itself where the convolution has no bias.</summary>
    public static ReversalStep Before(ReversalStep s)
    {
        if (s.Node.Input(2) is null) return s;
        var (build, zero) = (s.Build, s.Build.Scalar(0));
        var perChannel = build.Reshape(s.Input(2), [1, -1, .. Enumerable.Repeat(1L, s.OutputShape().Rank - 2)]);
        var isSilent = build.Node("Equal", [s.Signal, zero]);
        return s.WithSignal(build.Node("Where", [isSilent, zero, build.Sub(s.Signal, perChannel)]));
    }
}
