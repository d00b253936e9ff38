using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses convolutions: y[n,o,p] = sum over c, k of W[o,c,k] * x[n, c, p*stride + k*dilation - pad] + b[o].</summary>
internal static class ConvReversal
{
    /// <summary>The transposed convolution with the same weights; rows that the forward floor dropped come back as output padding.</summary>
    public static Value ToInput(ReversalStep s)
    {
        var window = s.Window();
        if (IsOneWindow(window) && s.Node.Attributes.Int("group", 1) == 1) return OneWindowToInput(s, window);
        return s.Build.Node("ConvTranspose", [s.Signal, s.Input(1)], OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", window.Pads),
            ("output_padding", window.OutputPadding()),
            ("group", s.Node.Attributes.Int("group", 1))));
    }

    /// <summary>Whether the convolution has a single place, at which its window covers the whole input.</summary>
    private static bool IsOneWindow(WindowGeometry window) => window.OutputSizes.All(static s => s == 1)
        && window.InputSizes.SequenceEqual(window.Kernel) && window.Pads.All(static p => p == 0) && window.Dilations.All(static d => d == 1);

    /// <summary>One matrix product for the whole batch, which reads the weights once: [N, O] times [O, C*kernel].</summary>
    private static Value OneWindowToInput(ReversalStep s, WindowGeometry window)
    {
        var (maps, channels) = (s.InputShape(1).Known(0), s.InputShape(1).Known(1));
        var rows = s.Build.Reshape(s.Input(1), maps, channels * OnnxTensor.Product(window.Kernel));
        return s.Build.Reshape(s.Build.MatMul(s.Build.Reshape(s.Signal, -1, maps), rows), [-1, channels, .. window.Kernel]);
    }

    /// <summary>dW[o,c,k] = sum over n, p of g[n,o,p] * x[n, c, p*stride + k*dilation - pad], in the operators that suit the device.</summary>
    public static Value ToWeights(ReversalStep s) =>
        WeightGradient.Node(s.Build, s.Input(0), s.Signal, s.Window(), s.InputShape(1), s.Node.Attributes.Int("group", 1));

    /// <summary>db[o] = sum over n, p of g[n,o,p].</summary>
    public static Value ToBias(ReversalStep s) =>
        s.Build.ReduceSum(s.Signal, [0, .. Enumerable.Range(2, s.OutputShape().Rank - 2).Select(static a => (long)a)], keep: false);
}
