using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Explorer;

/// <summary>Which layers of a network the page shows.</summary>
internal static class ExploredLayers
{
    private static readonly string[] s_plumbing = ["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Dropout", "Pad", "Cast"];

    /// <summary>Those of the spec where the network carries one, else all that can be projected; without what only moves values about.</summary>
    public static IReadOnlyList<LayerAnswer> Of(ConvNet net)
    {
        var named = net.SpecLayers.ToHashSet(StringComparer.Ordinal);
        return [.. net.Layers.Where(l => l.Obstacle is null && (named.Count > 0 ? named.Contains(l.Name) : !s_plumbing.Contains(l.OpType)))
            .Select(l => Answer(net, l)).OfType<LayerAnswer>()];
    }

    private static LayerAnswer? Answer(ConvNet net, LayerInfo layer)
    {
        if (layer.Shape is not { Rank: 2 or 4 } shape || Enumerable.Range(1, shape.Rank - 1).Any(a => !shape[a].IsKnown)) return null;
        try
        {
            _ = net.FieldOf(layer.Name);      // refuses layers whose maps are not their second axis
        }
        catch (GraphException)
        {
            return null;
        }

        var (height, width) = shape.Rank == 4 ? ((int)shape.Known(2), (int)shape.Known(3)) : (1, 1);
        return new LayerAnswer(layer.Name, layer.OpType, (int)shape.Known(1), height, width, layer.Field is { Count: 2 } f ? [f[0].Size, f[1].Size] : null);
    }
}
