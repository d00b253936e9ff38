using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Features;

/// <summary>
/// Builds the deconvnet of a layer as a graph: an image and a unit go in; the unit's projection to pixels and its activation come out. Standard ONNX
/// operators only, so any runtime can run it.
/// </summary>
public static class ProjectionGraph
{
    /// <summary>The input that names the unit of each image: its place in the layer's flattened activations, int64 [N].</summary>
    public const string UnitName = "unit";

    /// <summary>The output with the projection: float, the image's shape.</summary>
    public const string ProjectionName = "projection";

    /// <summary>The output with the unit's activation: float [N].</summary>
    public const string ActivationName = "activation";

    /// <summary>Builds the graph.</summary>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layer">The layer; for a softmax the pass starts before it.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="GraphException">The layer does not exist, or is not computed from the image.</exception>
    /// <exception cref="UnsupportedOperatorException">An operator before it has no rule.</exception>
    public static OnnxGraph Of(ConvNet net, string layer, ReversalRuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(rules);
        var start = StartOf(net, layer);
        if (ReversalPass.Unsupported(net.Graph, start, net.Image.Name, rules) is [var unknown, ..])
            throw new UnsupportedOperatorException(unknown, net.Original.Opset, rules.Name, rules.Operators, NearestLayers.Before(net.Graph, unknown, net.Image.Name, rules));
        var shape = net.ShapeOf(start);
        var forward = net.Graph.With(outputs: [new ValueInfo(start, ElementType.Float, shape)]).WithoutUnused();
        var build = new GraphBuilder(forward);
        var unit = build.Input(UnitName, ElementType.Int64, new TensorShape(shape[0]));
        var (seed, activation) = Seed(build, new Value(start), shape, unit, rules.StartsFrom);
        var signals = ReversalPass.Append(forward, build, new Dictionary<string, Value> { [start] = seed }, [net.Image.Name], rules);
        if (!signals.TryGetValue(net.Image.Name, out var projection))
            throw new GraphException($"Layer '{layer}' is not computed from the image; choose another.");
        return build.ToGraph(
            new ValueInfo(Named(build, projection, ProjectionName).Name, ElementType.Float, net.Image.Shape),
            new ValueInfo(Named(build, activation, ActivationName).Name, ElementType.Float, new TensorShape(shape[0])));
    }

    /// <summary>Gets the layer that a projection really starts from: a softmax's input in place of the softmax, which would mix all classes.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layer">The layer that was asked for.</param>
    /// <returns>That layer, or the one before a softmax.</returns>
    public static string StartOf(ConvNet net, string layer)
    {
        ArgumentNullException.ThrowIfNull(net);
        return net.Graph.ProducerOf(net.RequireLayer(layer)) is { OpType: "Softmax" or "LogSoftmax" } softmax ? softmax.Inputs[0] : layer;
    }

    /// <summary>All activations of the layer but the unit's set to zero (Zeiler and Fergus 2013, section 2.1), or one in its place.</summary>
    private static (Value Seed, Value Activation) Seed(GraphBuilder build, Value layer, TensorShape shape, Value unit, StartValue start)
    {
        var count = shape.ItemCount();
        var mask = build.Node("OneHot", [unit, build.Longs(count), build.Shared(OnnxTensor.Of([0f, 1f], 2))], OnnxAttributes.Of(("axis", -1L)));
        var alone = build.Mul(build.Reshape(layer, -1, count), mask);
        var seed = start == StartValue.Activation ? alone : mask;
        return (build.Reshape(seed, shape.ForReshape()), build.ReduceSum(alone, [1], keep: false));
    }

    private static Value Named(GraphBuilder build, Value value, string name) => build.Node("Identity", [value], name: name);
}
