using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>What the rules see of the forward pass: its whole values, or only the part of each that one unit's projection passes through.</summary>
internal abstract class ForwardView
{
    /// <summary>Gets a node's input as the forward pass computed it.</summary>
    public abstract Value Input(OnnxNode node, int index);

    /// <summary>Gets a node's output as the forward pass computed it.</summary>
    public abstract Value Output(OnnxNode node, int index);

    /// <summary>Gets the shape that a signal for a node's input has; of a constant, its own shape.</summary>
    public abstract TensorShape InputShape(OnnxNode node, int index);

    /// <summary>Gets the shape that a signal at a node's output has.</summary>
    public abstract TensorShape OutputShape(OnnxNode node, int index);

    /// <summary>Gets how the window of a Conv or pool moves over its first input.</summary>
    public abstract WindowGeometry Window(OnnxNode node);

    /// <summary>Gets the switches of a MaxPool: for each pooled value its maximum's place, counted over the whole first input, batch included.</summary>
    public abstract Value Switches(OnnxNode node);

    /// <summary>Gets numbers that belong to the places of a node's first output.</summary>
    /// <param name="node">A Conv or pool.</param>
    /// <param name="perPlace">Makes one number a place, [1, 1, spatial axes], from how the window moves over the whole input.</param>
    public abstract Value AtPlaces(OnnxNode node, Func<WindowGeometry, OnnxTensor> perPlace);

    /// <summary>Fits what a rule answered for an input to the signal that is kept there.</summary>
    public virtual Value Fitted(OnnxNode node, string input, Value part) => part;
}

/// <summary>The forward graph lies in the same graph as its reverse, and every value is seen whole.</summary>
internal sealed class WholeForwardView(GraphBuilder build, IReadOnlyDictionary<string, TensorShape> shapes) : ForwardView
{
    public override Value Input(OnnxNode node, int index) => new(node.Inputs[index]);

    public override Value Output(OnnxNode node, int index) => new(node.Outputs[index]);

    public override TensorShape InputShape(OnnxNode node, int index) => ShapeOf(node, node.Inputs[index]);

    public override TensorShape OutputShape(OnnxNode node, int index) => ShapeOf(node, node.Outputs[index]);

    public override WindowGeometry Window(OnnxNode node) =>
        WindowGeometry.Of(node, InputShape(node, 0), node.OpType is "Conv" or "ConvTranspose" ? InputShape(node, 1) : null);

    public override Value Switches(OnnxNode node) => build.Output(node, 1);

    public override Value AtPlaces(OnnxNode node, Func<WindowGeometry, OnnxTensor> perPlace) => build.Constant("at-places", perPlace(Window(node)));

    private TensorShape ShapeOf(OnnxNode node, string value) => shapes.TryGetValue(value, out var shape)
        ? shape
        : throw new GraphException(
            $"The shape of value '{value}' at {node.OpType} node '{node.Label}' could not be worked out, but reversing the node needs it.");
}
