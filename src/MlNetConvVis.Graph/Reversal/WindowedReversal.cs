using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// The reverse pass for single units, computed only where their projection can be other than zero: inside the receptive field. It applies the same rules as
/// the pass over whole values and gives the same numbers, for a fraction of the work.
/// </summary>
/// <param name="Graph">
/// From the signal at one unit and <paramref name="Parts"/> of the forward pass to <see cref="ProjectionName"/>.
/// </param>
/// <param name="Parts">What is cut out of the forward pass.</param>
/// <param name="Window">Where the projection lies in the image, one entry a spatial axis; it may reach past the image's borders, where it is to be cut
/// off.</param>
public sealed record WindowedReversal(OnnxGraph Graph, IReadOnlyList<WindowPart> Parts, IReadOnlyList<FieldAxis> Window)
{
    /// <summary>The input with the signal that the pass starts from, [1, C, 1, …]: a value in the unit's channel, zeros elsewhere.</summary>
    public const string SignalName = "signal";

    /// <summary>The output, [1, C of the image, <see cref="Window"/>].</summary>
    public const string ProjectionName = "projection";

    /// <summary>Gets the forward values that <see cref="Parts"/> are cut out of.</summary>
    public IReadOnlyList<string> ForwardValues => [.. Parts.Select(static p => p switch
    {
        ValuePart value => value.Value,
        SwitchPart switches => switches.Pool.Inputs[0],
        _ => null,
    }).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Gets the multiply-adds of the convolutions on the way back, inside windows over those in whole maps. It can exceed one: windows reach past
    /// borders.</summary>
    public required double ShareOfWork { get; init; }

    /// <summary>Builds the pass.</summary>
    /// <param name="forward">The forward graph, in the written operator set.</param>
    /// <param name="start">The layer whose units are projected.</param>
    /// <param name="image">The value that holds the image, [N, C, …]: the input, or its transposition.</param>
    /// <param name="rules">The reversal rules.</param>
    /// <returns>The pass, or null where projections from this layer cover whole values anyway: behind dense layers, global pooling and gates over whole
    /// maps.</returns>
    /// <exception cref="UnsupportedOperatorException">A node on the way has no row.</exception>
    public static WindowedReversal? TryBuild(OnnxGraph forward, string start, string image, ReversalRuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(rules);
        var shapes = ShapeInference.Infer(forward);
        if (SignalWindows.Infer(forward, start, image, shapes) is not { } windows) return null;
        if (!ReversalPass.Between(forward, start, image).All(n => rules.For(n, forward.Opset).IsLocal)) return null;
        var layer = shapes[start];
        var build = new GraphBuilder(forward.With(inputs: [], outputs: [], nodes: []));
        var signal = build.Input(SignalName, ElementType.Float, new TensorShape([1, layer[1], .. windows[start].Select(static _ => (Dim)1)]));
        var view = new WindowedForwardView(forward, build, shapes, windows, layer);
        var signals = ReversalPass.Append(forward, build, view, new Dictionary<string, Value> { [start] = signal }, [image], rules);
        var shape = new TensorShape([1, shapes[image][1], .. windows[image].Select(static a => (Dim)a.Size)]);
        var projection = build.Node("Identity", [rules.RectifiesPixels ? build.Relu(signals[image]) : signals[image]], name: ProjectionName);
        return new WindowedReversal(build.ToGraph(new ValueInfo(projection.Name, ElementType.Float, shape)), view.Parts, windows[image])
        {
            ShareOfWork = Share(forward, windows, shapes)
        };
    }

    private static double Share(
        OnnxGraph forward, IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> windows, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        var (inside, whole) = (0.0, 0.0);
        foreach (var conv in forward.Nodes.Where(n => n.OpType == "Conv" && windows.ContainsKey(n.Outputs[0]) && windows.ContainsKey(n.Inputs[0])))
        {
            // multiply-adds of one place, all maps and groups
            var each = (double)OnnxTensor.Product(shapes[conv.Inputs[1]].Dims.Select(static d => d.Size));
            inside += each * OnnxTensor.Product(windows[conv.Outputs[0]].Select(static a => a.Size));
            whole += each * shapes[conv.Outputs[0]].Dims.Skip(2).Aggregate(1.0, static (product, d) => product * d.Size);
        }

        return whole > 0 ? inside / whole : 1;
    }
}
