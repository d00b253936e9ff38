using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>Builds the forward graph that puts out chosen layers, and the switches of the max-poolings before them.</summary>
public static class FeatureGraph
{
    /// <summary>Builds the graph.</summary>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layers">The layers to put out.</param>
    /// <param name="switches">Whether each max-pooling's indices are put out too, as int64 <c>LAYER/switches</c>, counted over the whole batch as ONNX
    /// does.</param>
    /// <returns>A graph with the image as input and only these outputs, shapes declared.</returns>
    /// <exception cref="GraphException">A layer does not exist.</exception>
    public static OnnxGraph Of(ConvNet net, IReadOnlyList<string> layers, bool switches)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new GraphException("No layer was named; name at least one.");
        var outputs = layers.Distinct(StringComparer.Ordinal).Select(l => new ValueInfo(net.RequireLayer(l), ElementType.Float, net.ShapeOf(l))).ToList();
        var cut = net.Graph.With(outputs: outputs).WithoutUnused();
        if (!switches) return cut;
        var build = new GraphBuilder(cut);
        outputs.AddRange(cut.Nodes.Where(static n => n.OpType == "MaxPool").Select(n =>
            new ValueInfo(build.Output(n, 1, SwitchesOf(n.Outputs[0])).Name, ElementType.Int64, net.ShapeOf(n.Outputs[0]))));
        return build.ToGraph(outputs);
    }

    /// <summary>Gets the name of the output with a pooling's indices.</summary>
    internal static string SwitchesOf(string pool) => $"{pool}/switches";

    /// <summary>Gets the max-poolings that layers are computed with, those layers included, in order.</summary>
    internal static IReadOnlyList<OnnxNode> PoolsBefore(ConvNet net, IReadOnlyList<string> layers) =>
        [.. Of(net, layers, switches: false).Nodes.Where(static n => n.OpType == "MaxPool")];

    /// <summary>Gets the values that go into poolings and are computed.</summary>
    internal static IReadOnlyList<string> ValuesBefore(ConvNet net, IReadOnlyList<OnnxNode> pools) =>
        [.. pools.Select(static p => p.Inputs[0]).Where(v => v != net.Image.Name).Distinct(StringComparer.Ordinal)];
}
