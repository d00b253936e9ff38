using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.MLNet;

/// <summary>Puts the choice of the unit into the projection graph, where no column names it: the strongest of the layer or of one channel.</summary>
internal static class StrongestUnit
{
    /// <summary>Makes the unit a value of the graph, not an input.</summary>
    /// <param name="projection">A graph of <see cref="ProjectionGraph.Of"/>.</param>
    /// <param name="layer">The layer it starts from.</param>
    /// <param name="shape">That layer's shape.</param>
    /// <param name="channel">The channel to look in; null for all.</param>
    /// <returns>The graph; the first of equally strong units is taken.</returns>
    /// <exception cref="GraphException">The layer has no such channel.</exception>
    public static OnnxGraph ChosenInside(OnnxGraph projection, string layer, TensorShape shape, int? channel)
    {
        var channels = shape.Known(1);
        if (channel is { } asked && (asked < 0 || asked >= channels))
            throw new GraphException($"Channel {asked} is outside the layer '{layer}': it has {channels} channels (0 to {channels - 1}).");
        var perChannel = shape.ItemCount() / channels;
        var (from, count) = channel is { } c ? (c * perChannel, perChannel) : (0, shape.ItemCount());
        return projection.With(
            inputs: projection.Inputs.Where(static i => i.Name != ProjectionGraph.UnitName),
            nodes: [.. projection.Nodes, .. Nodes(layer, from)],
            initializers: projection.Initializers.Concat(Constants(shape.ItemCount(), from, count)).ToDictionary(StringComparer.Ordinal));
    }

    private static IEnumerable<OnnxNode> Nodes(string layer, long from)
    {
        yield return Node("Reshape", "unit/flat", [layer, "unit/row"]);
        yield return Node("Slice", "unit/among", ["unit/flat", "unit/from", "unit/to", "unit/axis"]);
        yield return Node("ArgMax", "unit/strongest", ["unit/among"], ("axis", 1L), ("keepdims", 0L));
        yield return Node("Add", ProjectionGraph.UnitName, ["unit/strongest", "unit/from"]);
    }

    private static Dictionary<string, OnnxTensor> Constants(long items, long from, long count) => new(StringComparer.Ordinal)
    {
        ["unit/row"] = OnnxTensor.Of([-1, items], 2),
        ["unit/from"] = OnnxTensor.Of([from], 1),
        ["unit/to"] = OnnxTensor.Of([from + count], 1),
        ["unit/axis"] = OnnxTensor.Of([1L], 1),
    };

    private static OnnxNode Node(string op, string output, string[] inputs, params (string Name, object Value)[] attributes) =>
        new(op, output, inputs, [output], OnnxAttributes.Of(attributes));
}
