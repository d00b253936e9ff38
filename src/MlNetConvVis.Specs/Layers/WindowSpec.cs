using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Specs.Layers;

/// <summary>How a convolution or pooling window moves over its input.</summary>
public sealed record WindowSpec
{
    /// <summary>Gets the window's size.</summary>
    public required Extent Kernel { get; init; }

    /// <summary>Gets the step from one window to the next.</summary>
    /// <value>The default is 1.</value>
    public Extent Stride { get; init; } = Extent.One;

    /// <summary>Gets the distance between neighbouring elements of a window.</summary>
    /// <value>The default is 1: they touch.</value>
    public Extent Dilation { get; init; } = Extent.One;

    /// <summary>Gets what is put around the input.</summary>
    /// <value>The default is nothing.</value>
    public Padding Pad { get; init; }

    /// <summary>Writes the window as attributes of ONNX's Conv, MaxPool and AveragePool, with explicit pads.</summary>
    /// <param name="input">The shape that comes in; decides the pads of <see cref="Padding.Same"/>.</param>
    internal OnnxAttributes ToAttributes(TensorShape input)
    {
        var attributes = OnnxAttributes.Of(("kernel_shape", Kernel.ToLongs()), ("strides", Stride.ToLongs()));
        if (Dilation != Extent.One) attributes = attributes.With("dilations", Dilation.ToLongs());
        if (!Pad.IsSame) return attributes.With("pads", Pad.ToLongs());
        var kept = new OnnxNode("MaxPool", "", ["x"], ["y"], attributes.With("auto_pad", "SAME_UPPER"));
        return attributes.With("pads", WindowGeometry.Of(kept, input).Pads);
    }
}
