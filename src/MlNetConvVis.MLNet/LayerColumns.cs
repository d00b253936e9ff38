using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.MLNet;

/// <summary>The forward graph whose outputs are columns: layers, and switches of poolings.</summary>
internal static class LayerColumns
{
    /// <summary>Builds the graph.</summary>
    /// <exception cref="GraphException">There is no such layer, a layer for switches is no max-pooling, or two columns have one name.</exception>
    public static OnnxGraph Of(ConvNet net, string imageColumn, ConvFeaturesOptions options)
    {
        foreach (var (column, pool) in options.Switches)
        {
            if (net.Graph.ProducerOf(net.RequireLayer(pool)) is { OpType: not "MaxPool" } node)
                throw new GraphException($"Column '{column}' asks for the switches of '{pool}', which is computed by {node.OpType}; name a max-pooling.");
        }

        var layers = options.Layers.Values.Concat(options.Switches.Values).Distinct(StringComparer.Ordinal).ToArray();
        var graph = FeatureGraph.Of(net, layers, switches: options.Switches.Count > 0);
        var build = new GraphBuilder(graph);
        List<ValueInfo> outputs = [];
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { [net.Image.Name] = imageColumn };
        void Put(Value value, string column, ElementType type, string layer)
        {
            // a value of its own for each column, so that one layer can be several of them
            var made = build.Node("Identity", [value], name: $"convvis.column{outputs.Count}");
            columns[made.Name] = column;
            outputs.Add(new ValueInfo(made.Name, type, net.ShapeOf(layer)));
        }

        foreach (var (column, layer) in options.Layers) Put(new Value(layer), column, ElementType.Float, layer);
        foreach (var (column, pool) in options.Switches)
        {
            // ONNX counts places over the whole batch: modulo C*H*W before pooling they are those of one image.
            var before = net.ShapeOf(net.Graph.ProducerOf(pool)!.Inputs[0]);
            var places = before.Dims.Skip(1).Aggregate(1L, static (n, d) => n * d.Size);
            Put(build.Node("Mod", [new Value($"{pool}/switches"), build.Shared(OnnxTensor.Of([places]))]), column, ElementType.Int64, pool);
        }

        return ColumnGraph.Named(build.ToGraph(outputs).WithoutUnused(), columns);
    }

    /// <summary>Gets whether a layer has one value for each of the network's classes: its last layer, or the one before the last softmax.</summary>
    public static bool NamesClasses(ConvNet net, string layer)
    {
        if (net.Classes is not { } classes || net.ShapeOf(layer) is not { Rank: 2 } shape || shape[1] != classes.Count) return false;
        var last = net.Graph.Outputs[0].Name;
        return layer == last || (net.Graph.ProducerOf(last) is { OpType: "Softmax" or "LogSoftmax" } softmax && softmax.Inputs[0] == layer);
    }
}
