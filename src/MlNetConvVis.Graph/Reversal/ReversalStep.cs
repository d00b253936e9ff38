using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>One node seen by the reverse pass: what a rule needs to answer with a signal for each of the node's inputs.</summary>
public sealed class ReversalStep
{
    private readonly ForwardView _forward;
    private readonly IReadOnlySet<string> _wanted;

    internal ReversalStep(
        OnnxNode node, IReadOnlyList<Value?> signals, GraphBuilder build, ForwardView forward, IReadOnlySet<string> wanted)
    {
        Node = node;
        Signals = signals;
        Build = build;
        _forward = forward;
        _wanted = wanted;
    }

    /// <summary>Gets the node of the forward graph.</summary>
    public OnnxNode Node { get; }

    /// <summary>Gets the graph that the rule adds to; it holds the forward graph too.</summary>
    public GraphBuilder Build { get; }

    /// <summary>Gets the signal that arrived at each output; null where none did.</summary>
    public IReadOnlyList<Value?> Signals { get; }

    /// <summary>Gets the signal at the first output, of that output's shape.</summary>
    public Value Signal => Signals[0] ?? throw new GraphException($"No signal reached the first output of {Node.OpType} node '{Node.Label}'.");

    /// <summary>Sees the same node with another signal at its first output.</summary>
    /// <param name="signal">The signal, of the shape of <see cref="Signal"/>.</param>
    /// <returns>A new step.</returns>
    public ReversalStep WithSignal(Value signal) => new(Node, [signal, .. Signals.Skip(1)], Build, _forward, _wanted);

    /// <summary>Gets one of the node's inputs.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>The value of the forward graph.</returns>
    public Value Input(int index) => _forward.Input(Node, index);

    /// <summary>Gets one of the node's outputs, as the forward pass computed it.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>The value of the forward graph.</returns>
    public Value Output(int index) => _forward.Output(Node, index);

    /// <summary>Gets how the node's window moves over its first input.</summary>
    /// <returns>The geometry of a Conv or a pool.</returns>
    public WindowGeometry Window() => _forward.Window(Node);

    /// <summary>Gets the switches of a MaxPool.</summary>
    /// <returns>int64, of the first output's shape: for each pooled value its maximum's place, counted over the whole first input, batch included.</returns>
    public Value Switches() => _forward.Switches(Node);

    /// <summary>Gets numbers that belong to the places of the first output.</summary>
    /// <param name="perPlace">Makes one number a place, [1, 1, spatial axes of the first output], from how the window moves over the whole input.</param>
    /// <returns>A value that broadcasts to the first output's signal.</returns>
    public Value AtPlaces(Func<WindowGeometry, OnnxTensor> perPlace) => _forward.AtPlaces(Node, perPlace);

    /// <summary>Gets the shape of an input.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>The shape.</returns>
    public TensorShape InputShape(int index) => _forward.InputShape(Node, index);

    /// <summary>Gets the shape of the first output.</summary>
    /// <returns>The shape.</returns>
    public TensorShape OutputShape() => _forward.OutputShape(Node, 0);

    /// <summary>Gets whether a signal for this input is of use: whether it depends on what the pass runs to.</summary>
    /// <param name="index">The input's place.</param>
    /// <returns>False for fixed weights, indices and shapes.</returns>
    public bool Wants(int index) => Node.Input(index) is { } name && _wanted.Contains(name);

    /// <summary>Answers one part an input, computing only those that are wanted.</summary>
    /// <param name="parts">How to compute the signal of each input, in order; null where the rule has none.</param>
    /// <returns>One answer an input; null where none is wanted.</returns>
    /// <exception cref="GraphException">An input's signal is wanted that the rule cannot give.</exception>
    public IReadOnlyList<Value?> ToInputs(params IReadOnlyList<Func<ReversalStep, Value>?> parts) =>
        [.. Node.Inputs.Select((name, index) => !Wants(index) ? (Value?)null
            : index < parts.Count && parts[index] is { } part ? part(this)
            : throw new GraphException($"The rule for {Node.OpType} gives no signal for input {index} ('{name}') of node '{Node.Label}'."))];

    /// <summary>Answers every wanted input in the same way.</summary>
    /// <param name="part">How to compute the signal of the input at a place.</param>
    /// <returns>One answer an input; null where none is wanted.</returns>
    public IReadOnlyList<Value?> ToEachInput(Func<ReversalStep, int, Value> part) =>
        [.. Node.Inputs.Select((_, index) => Wants(index) ? (Value?)part(this, index) : null)];

    /// <summary>Makes a tensor of an input's shape that holds one number everywhere.</summary>
    /// <param name="index">The input's place.</param>
    /// <param name="value">The number.</param>
    /// <returns>The tensor; where the batch is free it has as many items as the signal.</returns>
    public Value FilledLikeInput(int index, float value)
    {
        var shape = InputShape(index);
        if (shape.Dims.Skip(1).Any(static d => !d.IsKnown)) return Build.FullLike(Input(index), value);
        var sizes = shape.IsKnown
            ? Build.Longs(shape.ForReshape())
            : Build.Concat(0, Build.Node("Shape", [Signal], OnnxAttributes.Of(("start", 0L), ("end", 1L))), Build.Longs(shape.ForReshape()[1..]));
        return Build.Node("ConstantOfShape", [sizes], OnnxAttributes.Of(("value", OnnxTensor.Of([value], 1))));
    }

    /// <summary>Gives a signal the shape of an input.</summary>
    /// <param name="signal">As many elements as the input has.</param>
    /// <param name="index">The input's place.</param>
    /// <returns>The reshaped signal.</returns>
    public Value ReshapedLikeInput(Value signal, int index) => Build.Reshape(signal, InputShape(index).ForReshape());

    /// <summary>Sums a signal over the axes along which an input was broadcast.</summary>
    /// <param name="signal">A signal of the output's shape.</param>
    /// <param name="index">The input's place.</param>
    /// <returns>A signal of the input's shape.</returns>
    public Value SummedLikeInput(Value signal, int index)
    {
        var (from, to) = (OutputShape(), InputShape(index));
        if (from.Equals(to)) return signal;
        var lead = from.Rank - to.Rank;
        long[] axes = [.. Enumerable.Range(0, from.Rank).Where(axis => axis < lead || (to[axis - lead] == 1 && from[axis] != 1)).Select(static a => (long)a)];
        return axes.Length == 0 ? signal : ReshapedLikeInput(Build.ReduceSum(signal, axes, keep: true), index);
    }
}
