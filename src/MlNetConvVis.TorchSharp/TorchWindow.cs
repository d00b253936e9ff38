using MlNetConvVis.Graph;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>The window of a convolution or pooling: height first, then width.</summary>
internal sealed record TorchWindow(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End)
{
    /// <summary>Gets whether anything is padded.</summary>
    public bool HasPads => Begin.Concat(End).Any(static p => p != 0);

    /// <summary>Reads a node's attributes.</summary>
    /// <exception cref="GraphException">It pads by rule or rounds up, which canonical graphs do not.</exception>
    public static TorchWindow Of(OnnxNode node)
    {
        var attributes = node.Attributes;
        if (attributes.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID") || attributes.Int("ceil_mode", 0) != 0)
        {
            throw new GraphException(
                $"Node '{node.Label}' pads by rule (auto_pad or ceil_mode); " +
                "the TorchSharp engine takes explicit pads. Bring the graph to canonical form first.");
        }

        var pads = attributes.Ints("pads") ?? [0, 0, 0, 0];
        return pads.Length == 4
            ? new TorchWindow(attributes.Ints("kernel_shape") ?? [1, 1], attributes.Ints("strides") ?? [1, 1], attributes.Ints("dilations") ?? [1, 1],
                pads[..2], pads[2..])
            : throw new GraphException($"Node '{node.Label}' works on {pads.Length / 2} dimensions; the TorchSharp engine knows images, which have 2.");
    }

    /// <summary>Pads the image itself where the two ends differ, for Torch's own padding is the same at both; gives what is left to pad.</summary>
    public (Tensor Image, long[] Padding) Pad(Tensor image, double value) =>
        Begin.SequenceEqual(End) && Begin.Zip(Kernel).All(static p => 2 * p.First <= p.Second)
        ? (image, Begin)
        : (nn.functional.pad(image, [Begin[1], End[1], Begin[0], End[0]], value: value), [0, 0]);
}
