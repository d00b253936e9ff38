namespace MlNetConvVis.Graph.Reversal;

/// <summary>Rows of the table by family: the true derivatives, as the ONNX operator specification and calculus give them.</summary>
internal static class ReversalRows
{
    /// <summary>Functions of one element. Those that are rectifiers have rows of their own in the other presets.</summary>
    public static IReadOnlyList<ReversalRule> Activations { get; } =
    [
        new("PRelu", static s => s.ToInputs(ActivationReversal.Derivative, ActivationReversal.PReluToSlope)),
        Slope("Elu", SmoothReversal.Elu),
        Slope("Selu", SmoothReversal.Selu),
        Slope("Celu", SmoothReversal.Celu),
        Slope("ThresholdedRelu", static s => SmoothReversal.AboveOf(s, s.Input(0), s.Node.Attributes.Float("alpha", 1))),
        Slope("Tanh", SmoothReversal.Tanh),
        Slope("HardSigmoid", SmoothReversal.HardSigmoid),
        Slope("HardSwish", SmoothReversal.HardSwish),
        Slope("Softplus", static s => s.Build.Node("Sigmoid", [s.Input(0)])),
        Slope("Softsign", SmoothReversal.Softsign),
        Slope("Erf", SmoothReversal.Erf),
        Slope("Exp", static s => s.Output(0)),
        Slope("Log", static s => s.Build.Node("Reciprocal", [s.Input(0)])),
        Slope("Sqrt", static s => s.Build.Div(s.Build.Scalar(0.5f), s.Output(0))),
        Slope("Abs", static s => s.Build.Node("Sign", [s.Input(0)])),
        Slope("Reciprocal", static s => s.Build.Node("Neg", [s.Build.Mul(s.Output(0), s.Output(0))])),
        new("Neg", static s => s.ToInputs(static s => s.Build.Node("Neg", [s.Signal]))),
        new("LogSoftmax", static s => s.ToInputs(SmoothReversal.LogSoftmax)),
    ];

    /// <summary>Operators that combine values element by element.</summary>
    public static IReadOnlyList<ReversalRule> Arithmetic { get; } =
    [
        new("Pow", static s => s.ToInputs(ArithmeticReversal.Base)),
        new("Mean", static s => s.ToEachInput(static (s, i) => s.SummedLikeInput(s.Build.Mul(s.Signal, s.Build.Scalar(1f / s.Node.Inputs.Count)), i))),
        new("Max", static s => s.ToEachInput(SelectionReversal.Winner)),
        new("Min", static s => s.ToEachInput(SelectionReversal.Winner)),
        new("Where", static s => s.ToInputs(null, static s => SelectionReversal.Branch(s, taken: true), static s => SelectionReversal.Branch(s, taken: false))),
    ];

    /// <summary>Operators that pass on one of several elements, or add them up.</summary>
    public static IReadOnlyList<ReversalRule> Selections { get; } =
    [
        new("GlobalMaxPool", static s => s.ToInputs(SelectionReversal.GlobalMaxPool)),
        new("ReduceMax", static s => s.ToInputs(SelectionReversal.Reduced)),
        new("ReduceMin", static s => s.ToInputs(SelectionReversal.Reduced)),
        new("ReduceSum", static s => s.ToInputs(SelectionReversal.ReduceSum)),
    ];

    /// <summary>Operators that move, cut, join or repeat elements.</summary>
    public static IReadOnlyList<ReversalRule> Layout { get; } =
    [
        new("Pad", static s => s.ToInputs(CutReversal.Pad)),
        new("Slice", static s => s.ToInputs(CutReversal.Slice)),
        new("Split", static s => s.Wants(0) ? [CutReversal.Split(s), .. s.Node.Inputs.Skip(1).Select(static _ => (Value?)null)] : s.ToInputs()),
        new("Gather", static s => s.ToInputs(CutReversal.Gather)),
        new("Expand", static s => s.ToInputs(static s => s.SummedLikeInput(s.Signal, 0))),
        new("Resize", static s => s.ToInputs(BlockReversal.Resize)),
        new("DepthToSpace", static s => s.ToInputs(BlockReversal.DepthToSpace)),
        new("SpaceToDepth", static s => s.ToInputs(BlockReversal.SpaceToDepth)),
        new("Cast", static s => s.ToInputs(LayoutReversal.Cast)),
    ];

    /// <summary>Operators of other kinds.</summary>
    public static IReadOnlyList<ReversalRule> Others { get; } =
    [
        new("ConvTranspose", static s => s.ToInputs(ConvTransposeReversal.ToInput)),
        new("InstanceNormalization", static s => s.ToInputs(NormalizationReversal.InstanceToInput)),
    ];

    /// <summary>The signal times the slope at each element.</summary>
    private static ReversalRule Slope(string op, Func<ReversalStep, Value> slope) => new(op, s => s.ToInputs(step => step.Build.Mul(step.Signal, slope(step))));
}
