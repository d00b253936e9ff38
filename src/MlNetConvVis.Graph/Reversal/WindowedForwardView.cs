using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// The forward pass ran elsewhere; what rules want of it comes in as parts cut out around a unit's projection. Places outside a value hold no signal: the
/// padding of a convolution would give it some, so it is masked there.
/// </summary>
internal sealed class WindowedForwardView(
    OnnxGraph forward,
    GraphBuilder build,
    IReadOnlyDictionary<string, TensorShape> shapes,
    IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> windows,
    TensorShape layer) : ForwardView
{
    private readonly Dictionary<string, (WindowPart Part, Value Value)> _parts = new(StringComparer.Ordinal);

    public IReadOnlyList<WindowPart> Parts => [.. _parts.Values.Select(static p => p.Part)];

    public override Value Input(OnnxNode node, int index) => forward.IsConstant(node.Inputs[index])
        ? new Value(node.Inputs[index])
        : Part(new ValuePart(Named("part"), node.Inputs[index], InputWindow(node)), ElementType.Float, InputShape(node, index));

    public override Value Output(OnnxNode node, int index) =>
        Part(new ValuePart(Named("part"), node.Outputs[index], windows[node.Outputs[index]]), ElementType.Float, OutputShape(node, index));

    public override TensorShape InputShape(OnnxNode node, int index) => forward.IsConstant(node.Inputs[index])
        ? shapes[node.Inputs[index]]
        : Cut(shapes[node.Inputs[index]], InputWindow(node));

    public override TensorShape OutputShape(OnnxNode node, int index) => Cut(shapes[node.Outputs[index]], windows[node.Outputs[index]]);

    public override WindowGeometry Window(OnnxNode node)
    {
        var whole = WholeWindow(node);
        long[] none = [.. whole.Kernel.Select(static _ => 0L)];
        return whole with
        {
            PadsBegin = none,
            PadsEnd = none,
            InputSizes = [.. InputWindow(node).Select(static a => a.Size)],
            OutputSizes = [.. windows[node.Outputs[0]].Select(static a => a.Size)],
        };
    }

    public override Value Switches(OnnxNode node) =>
        Part(new SwitchPart(Named("switches"), node, WholeWindow(node), windows[node.Outputs[0]], InputWindow(node)), ElementType.Int64, OutputShape(node, 0));

    public override Value AtPlaces(OnnxNode node, Func<WindowGeometry, OnnxTensor> perPlace)
    {
        var numbers = perPlace(WholeWindow(node));
        return numbers.Floats.ToArray().Distinct().ToArray() is [var everywhere]
            ? build.Scalar(everywhere)
            : Part(new ConstantPart(Named("at-places"), numbers, windows[node.Outputs[0]]), ElementType.Float, Placewise(windows[node.Outputs[0]]));
    }

    public override Value Fitted(OnnxNode node, string input, Value part)
    {
        var (own, kept) = (InputWindow(node), windows[input]);
        var inside = CanLeave(node, input, own) ? build.Mul(part, Part(new MaskPart(Named("inside"), input, own), ElementType.Float, Placewise(own))) : part;
        long[] before = [.. own.Zip(kept, static (o, k) => o.Start - k.Start)];
        long[] behind = [.. own.Zip(kept, static (o, k) => k.Start + k.Size - o.Start - o.Size)];
        return before.Concat(behind).All(static p => p == 0) ? inside : build.Node("Pad", [inside, build.Longs([0, 0, .. before, 0, 0, .. behind])]);
    }

    private IReadOnlyList<FieldAxis> InputWindow(OnnxNode node) =>
        SignalWindows.Through(node, node.Outputs.Where(windows.ContainsKey).Select(o => windows[o]).First(), shapes);

    private WindowGeometry WholeWindow(OnnxNode node) => SignalWindows.Geometry(node, shapes);

    /// <summary>
    /// Whether a signal could stand outside a value: only padding brings it there, and MaxPool's padding never wins. The image needs no mask, for what lies
    /// outside it is cut off in the end.
    /// </summary>
    private bool CanLeave(OnnxNode node, string input, IReadOnlyList<FieldAxis> own) =>
        node.OpType is "Conv" or "AveragePool" && forward.ProducerOf(input) is not null && WholeWindow(node).Pads.Any(static p => p > 0)
        && SignalWindows.CanLeave(own, layer, shapes[input]);

    private Value Part(WindowPart part, ElementType type, TensorShape shape)
    {
        if (_parts.TryGetValue(part.Key, out var known)) return known.Value;
        var value = build.Input(part.Name, type, shape);
        _parts.Add(part.Key, (part, value));
        return value;
    }

    private string Named(string what) => $"{what}{_parts.Count}";

    private TensorShape Placewise(IReadOnlyList<FieldAxis> window) => Cut(TensorShape.Of(1, 1, 1, 1), window);

    private TensorShape Cut(TensorShape whole, IReadOnlyList<FieldAxis> window) => new([1, whole[1], .. window.Select(static a => (Dim)a.Size)]);
}
