using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Features;

/// <summary>
/// Builds Grad-CAM as a graph (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", sections 3
/// and 3.2) out of the same reverse pass as projections: down to a layer under <see cref="ReversalRules.Gradient"/>, for guided Grad-CAM also down to the
/// pixels under <see cref="ReversalRules.Guided"/>.
/// </summary>
public static class GradCamGraph
{
    /// <summary>The input with the class of each image, int64 [N]; -1 for the most probable.</summary>
    public const string ClassName = "class";

    /// <summary>The output with the heat map at the image's size: float [N, H, W], 0 or more.</summary>
    public const string MapName = "heat";

    /// <summary>The output with the class that was explained: int64 [N].</summary>
    public const string ChosenName = "explained";

    /// <summary>The output with that class's score before a softmax: float [N].</summary>
    public const string ScoreName = "score";

    /// <summary>The output with guided Grad-CAM: float, the image's shape.</summary>
    public const string GuidedName = "guided";

    private static readonly string[] s_reserved = [ClassName, MapName, ChosenName, ScoreName, GuidedName];

    /// <summary>Builds the graph.</summary>
    /// <param name="net">A network whose output has one score a class.</param>
    /// <param name="layer">The layer, [N, C, H, W].</param>
    /// <param name="guided">Whether guided Grad-CAM is put out too.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="GraphException">The layer does not exist, has no places, or does not lead to the scores; the output is no score a class.</exception>
    /// <exception cref="UnsupportedOperatorException">An operator on the way has no rule.</exception>
    public static OnnxGraph Of(ConvNet net, string layer, bool guided = false)
    {
        ArgumentNullException.ThrowIfNull(net);
        var (score, shape, at) = (ScoresOf(net), net.ShapeOf(ScoresOf(net)), net.ShapeOf(layer));
        if (at.Rank != 4)
        {
            throw new GraphException(
                $"Layer '{layer}' of shape {at} has no rows and columns to draw a map of; choose one with them, such as '{LastSpatialLayer(net)}'.");
        }

        net.EnsureOrdered(layer);
        EnsureRules(net, score, layer, ReversalRules.Gradient);
        if (guided) EnsureRules(net, score, net.Image.Name, ReversalRules.Guided);
        var (forward, nameOf) = ReservedNames.Freed(
            net.Graph.With(outputs: [new(score, ElementType.Float, shape), .. score == layer ? Array.Empty<ValueInfo>() : [new(layer, ElementType.Float, at)]])
                .WithoutUnused(), s_reserved);
        var build = new GraphBuilder(forward);
        var (flat, chosen, mask) = Chosen(build, new Value(nameOf(score)), shape);
        var seeds = new Dictionary<string, Value> { [nameOf(score)] = build.Reshape(mask, shape.ForReshape()) };
        var heat = Heat(build, net, new Value(nameOf(layer)), Signal(forward, build, seeds, nameOf(layer), layer, ReversalRules.Gradient));
        var (batch, image) = (shape[0], net.Image.Shape!);
        List<ValueInfo> outputs =
        [
            Named(build, build.Reshape(heat, -1, image.Known(net.Axes.Rows), image.Known(net.Axes.Columns)), MapName, ElementType.Float,
                new TensorShape(batch, image[net.Axes.Rows], image[net.Axes.Columns])),
            Named(build, chosen, ChosenName, ElementType.Int64, new TensorShape(batch)),
            Named(build, build.ReduceSum(build.Mul(flat, mask), [1], keep: false), ScoreName, ElementType.Float, new TensorShape(batch)),
        ];
        if (guided)
        {
            // heat has one channel, wherever the image has its own
            long[] like = [.. image.Dims.Select((d, axis) => axis == 0 ? -1 : axis == net.Axes.Channels ? 1 : d.Size)];
            var fine = build.Mul(Signal(forward, build, seeds, net.Image.Name, layer, ReversalRules.Guided), build.Reshape(heat, like));
            outputs.Add(Named(build, fine, GuidedName, ElementType.Float, image));
        }

        return build.ToGraph(outputs);
    }

    /// <summary>Finds the layer with one score a class: the network's output, or what stands before its softmax.</summary>
    /// <param name="net">The network.</param>
    /// <returns>The layer's name.</returns>
    /// <exception cref="GraphException">The network's output is no score a class.</exception>
    public static string ScoresOf(ConvNet net)
    {
        ArgumentNullException.ThrowIfNull(net);
        var start = ProjectionGraph.StartOf(net, net.Graph.Outputs[0].Name);
        var shape = net.ShapeOf(start);
        return shape.Rank is 2 || (shape.Rank == 4 && shape[2] == 1 && shape[3] == 1) ? start : throw new GraphException(
            $"The network's output '{start}' has the shape {shape}; one score a class, [N, classes], was wanted to explain a class by.");
    }

    /// <summary>Finds the last layer on the way to the scores that has rows and columns.</summary>
    /// <param name="net">The network.</param>
    /// <returns>The layer's name.</returns>
    /// <exception cref="GraphException">There is none.</exception>
    public static string LastSpatialLayer(ConvNet net)
    {
        var score = ScoresOf(net);
        var path = net.Graph.With(outputs: [new ValueInfo(score, ElementType.Float, net.ShapeOf(score))]).WithoutUnused().Nodes;
        return path.Reverse().Select(static n => n.Outputs[0]).FirstOrDefault(l =>
                net.Layers.FirstOrDefault(i => i.Name == l)?.Shape is { Rank: 4 } s && s[2].IsKnown && s[3].IsKnown && s[2].Size * s[3].Size > 1
                && net.OtherOrderOf(l) is null)
            ?? throw new GraphException($"{net.Label} has no layer with rows and columns before its scores '{score}'.");
    }

    private static void EnsureRules(ConvNet net, string from, string to, ReversalRuleSet rules)
    {
        if (ReversalPass.Unsupported(net.Graph, from, to, rules) is [var unknown, ..])
            throw new UnsupportedOperatorException(unknown, net.Original.Opset, rules.Name, rules.Operators);
    }

    private static (Value Flat, Value Chosen, Value Mask) Chosen(GraphBuilder build, Value scores, TensorShape shape)
    {
        var asked = build.Input(ClassName, ElementType.Int64, new TensorShape(shape[0]));
        var flat = build.Reshape(scores, -1, shape.Known(1));
        var strongest = build.Node("ArgMax", [flat], OnnxAttributes.Of(("axis", 1L), ("keepdims", 0L)));
        var chosen = build.Node("Where", [build.Node("Less", [asked, build.Shared(OnnxTensor.Of([0L]))]), strongest, asked]);
        var mask = build.Node("OneHot", [chosen, build.Longs(shape.Known(1)), build.Shared(OnnxTensor.Of([0f, 1f], 2))], OnnxAttributes.Of(("axis", -1L)));
        return (flat, chosen, mask);
    }

    private static Value Signal(
        OnnxGraph forward, GraphBuilder build, IReadOnlyDictionary<string, Value> seeds, string target, string layer, ReversalRuleSet rules) =>
        ReversalPass.Append(forward, build, seeds, [target], rules).TryGetValue(target, out var signal) ? signal
            : throw new GraphException($"The class scores are not computed from '{(target == layer ? layer : target)}'; choose another layer.");

    /// <summary>
    /// relu(sum over k of a[k] * A[k]) with a[k] the mean over places of the score's derivative by map A[k] (equations 1 and 2), then bilinear to the
    /// image's size, corners not aligned.
    /// </summary>
    private static Value Heat(GraphBuilder build, ConvNet net, Value maps, Value gradient)
    {
        var weights = build.ReduceMean(gradient, [2, 3], keep: true);
        var coarse = build.Relu(build.ReduceSum(build.Mul(maps, weights), [1], keep: true));
        var image = net.Image.Shape!;
        var counts = build.Node("Shape", [coarse], OnnxAttributes.Of(("start", 0L), ("end", 2L)));
        var sizes = build.Concat(0, counts, build.Longs(image.Known(net.Axes.Rows), image.Known(net.Axes.Columns)));
        return build.Node("Resize", [coarse, null, null, sizes], OnnxAttributes.Of(("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")));
    }

    private static ValueInfo Named(GraphBuilder build, Value value, string name, ElementType type, TensorShape shape) =>
        new(build.Node("Identity", [value], name: name).Name, type, shape);
}
