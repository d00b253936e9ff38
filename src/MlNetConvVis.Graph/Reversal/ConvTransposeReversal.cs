namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses transposed convolutions.</summary>
internal static class ConvTransposeReversal
{
    /// <summary>A ConvTranspose is the transpose of a convolution with the same weights: that convolution takes the signal back.</summary>
    public static Value ToInput(ReversalStep s)
    {
        var window = s.Window();
        return s.Build.Node("Conv", [s.Signal, s.Input(1)], OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", window.Pads),
            ("group", s.Node.Attributes.Int("group", 1))));
    }
}
