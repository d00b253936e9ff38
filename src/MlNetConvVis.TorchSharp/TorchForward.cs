using MlNetConvVis.Graph;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>The walk over a network's nodes.</summary>
internal static class TorchForward
{
    /// <summary>Computes the nodes in order up to the one that makes a value.</summary>
    public static Tensor Run(OnnxGraph network, string output, TorchValues values)
    {
        foreach (var node in network.Nodes)
        {
            var value = TorchOperators.Compute(node, values);
            if (node.Outputs[0] == output) return value;
            values.Set(node.Outputs[0], value);
        }

        throw new GraphException($"The network's output '{output}' is made by no node.");
    }
}
