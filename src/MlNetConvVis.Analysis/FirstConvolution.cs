using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Analysis;

/// <summary>The convolution that stands directly at the image.</summary>
/// <param name="Layer">The convolution; in a network made from a spec, the spec's name for it and its activation.</param>
/// <param name="Node">Its node.</param>
/// <param name="Weights">Its weights, [filters, channels, kernel rows, kernel columns]; those of the folded convolution after batch normalisation was
/// folded.</param>
internal sealed record FirstConvolution(string Layer, OnnxNode Node, OnnxTensor Weights)
{
    /// <summary>Finds it; null where none of 1 or 3 channels is there.</summary>
    public static FirstConvolution? Of(ConvNet net)
    {
        var users = net.Graph.UsersOf(net.Image.Name);      // an image of channels last is turned first
        var conv = users.Concat(users.Where(static n => n.OpType == "Transpose").SelectMany(n => net.Graph.UsersOf(n.Outputs[0])))
            .FirstOrDefault(static n => n.OpType == "Conv");
        return conv is not null && net.Graph.Initializers.TryGetValue(conv.Inputs[1], out var weights) && weights.Dims is [_, 1 or 3, _, _]
            ? new FirstConvolution(SpecNameOf(net, conv.Outputs[0]) ?? conv.Outputs[0], conv, weights) : null;
    }

    /// <summary>The maps as the next layers see them: behind the activation function, where one follows directly.</summary>
    public string Activation(ConvNet net) =>
        net.Graph.UsersOf(Node.Outputs[0]) is [{ OpType: "Relu" or "LeakyRelu" or "PRelu" or "Clip" or "Elu" or "Selu" } only] ? only.Outputs[0]
        : Node.Outputs[0];

    /// <summary>A spec's layer is named by the value behind its activation.</summary>
    private static string? SpecNameOf(ConvNet net, string conv)
    {
        for (string? value = conv; value is not null; value = net.Graph.UsersOf(value) is [var only] ? only.Outputs[0] : null)
        {
            if (net.SpecLayers.Contains(value)) return value;
        }

        return null;
    }
}
