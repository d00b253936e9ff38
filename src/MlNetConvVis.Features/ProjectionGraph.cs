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

    /// <summary>The input that names the channel of each image, where all of a channel is projected: int64 [N].</summary>
    public const string ChannelName = "channel";

    /// <summary>The output with the pixels that the unit sees, clamped to the image: int64 [N, 4], top, left, height, width.</summary>
    public const string FieldName = "field";

    private static readonly string[] s_reserved = [UnitName, ChannelName, ProjectionName, ActivationName, FieldName];

    /// <summary>Builds the graph.</summary>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layer">The layer; for a softmax the pass starts before it.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <param name="seed">What the projection starts from; null for <see cref="ProjectionSeed.Unit"/>.</param>
    /// <param name="withField">Whether the unit's receptive field is put out too, as <see cref="FieldName"/>; not for whole channels.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="GraphException">The layer does not exist, or is not computed from the image.</exception>
    /// <exception cref="UnsupportedOperatorException">An operator before it has no rule.</exception>
    public static OnnxGraph Of(ConvNet net, string layer, ReversalRuleSet rules, ProjectionSeed? seed = null, bool withField = false)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(rules);
        var start = StartOf(net, layer);
        if (ReversalPass.Unsupported(net.Graph, start, net.Image.Name, rules) is [var unknown, ..])
        {
            throw new UnsupportedOperatorException(
                unknown, net.Original.Opset, rules.Name, rules.Operators, NearestLayers.Before(net.Graph, unknown, net.Image.Name, rules));
        }

        var shape = net.ShapeOf(start);
        var (forward, nameOf) = ReservedNames.Freed(net.Graph.With(outputs: [new ValueInfo(start, ElementType.Float, shape)]).WithoutUnused(), s_reserved);
        var build = new GraphBuilder(forward);
        var from = new Value(nameOf(start));
        var values = (seed ?? ProjectionSeed.Unit).Append(new SeedSite(build, from, shape, rules.StartsFrom));
        var signals = ReversalPass.Append(forward, build, new Dictionary<string, Value> { [from.Name] = values.Signal }, [net.Image.Name], rules);
        if (!signals.TryGetValue(net.Image.Name, out var projection))
            throw new GraphException($"Layer '{layer}' is not computed from the image; choose another.");
        var pixels = rules.RectifiesPixels ? build.Relu(projection) : projection;
        List<ValueInfo> outputs =
        [
            Named(build, pixels, ProjectionName, ElementType.Float, net.Image.Shape!),
            Named(build, values.Activation, ActivationName, ElementType.Float, new TensorShape(shape[0])),
        ];
        if (withField) outputs.Add(Named(build, FieldAt(build, net, start, values.Place!.Value), FieldName, ElementType.Int64, new TensorShape(shape[0], 4)));
        return build.ToGraph(outputs);
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

    /// <summary>Looks up what the unit at each place sees, worked out beforehand for every row and column.</summary>
    private static Value FieldAt(GraphBuilder build, ConvNet net, string layer, Value place)
    {
        var (shape, axes, image) = (net.ShapeOf(layer), net.FieldOf(layer), net.Image.Shape!);
        var (rows, columns) = shape.Rank == 4 ? (shape.Known(2), shape.Known(3)) : (1, 1);
        var y = build.Node("Mod", [build.Div(place, One(build, columns)), One(build, rows)]);
        var x = build.Node("Mod", [place, One(build, columns)]);
        var down = Enumerable.Range(0, (int)rows).Select(unit => axes[0].Clamped(unit, image.Known(net.Axes.Rows))).ToArray();
        var across = Enumerable.Range(0, (int)columns).Select(unit => axes[1].Clamped(unit, image.Known(net.Axes.Columns))).ToArray();
        Value LookUp(IEnumerable<int> table, Value at) =>
            build.Reshape(build.Node("Gather", [build.Longs([.. table.Select(static v => (long)v)]), at], OnnxAttributes.Of(("axis", 0L))), -1, 1);
        return build.Concat(1, LookUp(down.Select(static f => f.First), y), LookUp(across.Select(static f => f.First), x),
            LookUp(down.Select(static f => f.Count), y), LookUp(across.Select(static f => f.Count), x));
    }

    private static Value One(GraphBuilder build, long number) => build.Shared(OnnxTensor.Of([number]));

    private static ValueInfo Named(GraphBuilder build, Value value, string name, ElementType type, TensorShape shape) =>
        new(build.Node("Identity", [value], name: name).Name, type, shape);
}
