namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// The table of reversal rules, one row an operator, and the presets that change rows of it. Sources: Zeiler and Fergus 2013, section 2.1 (deconvnet);
/// Springenberg et al. 2015 (guided backpropagation); Mahendran and Vedaldi 2016, "Salient deconvolutional networks" (all three side by side);
/// the ONNX operator specification for the true derivatives.
/// </summary>
public static class ReversalRules
{
    /// <summary>Gets the true derivatives, starting from one: saliency, and the gradients of a training step.</summary>
    public static ReversalRuleSet Gradient { get; } = new("gradient", StartValue.One,
    [
        Conv(BiasUse.None),
        new("Gemm", static s => s.ToInputs(DenseReversal.GemmToInput, DenseReversal.GemmToWeights, DenseReversal.GemmToBias)),
        new("MatMul", static s => s.ToInputs(DenseReversal.MatMulToInput, DenseReversal.MatMulToWeights)),
        new("Relu", static s => s.ToInputs(ActivationReversal.Derivative)),
        new("LeakyRelu", static s => s.ToInputs(ActivationReversal.Derivative)),
        new("Clip", static s => s.ToInputs(ActivationReversal.Derivative)),
        new("Sigmoid", static s => s.ToInputs(ActivationReversal.SigmoidDerivative)),
        new("Softmax", static s => s.ToInputs(ActivationReversal.SoftmaxDerivative)),
        MaxPool(Overlap.Sum),
        new("AveragePool", static s => s.ToInputs(PoolReversal.AveragePool)),
        new("GlobalAveragePool", static s => s.ToInputs(PoolReversal.GlobalAverage)),
        new("ReduceMean", static s => s.ToInputs(PoolReversal.ReduceMean)),
        new("LRN", static s => s.ToInputs(NormalizationReversal.LrnDerivative)),
        new("BatchNormalization", static s => s.ToInputs(
            NormalizationReversal.BatchToInput, NormalizationReversal.BatchToScale, NormalizationReversal.BatchToBias)),
        new("Add", static s => s.ToEachInput(static (s, i) => s.SummedLikeInput(s.Signal, i))),
        new("Sum", static s => s.ToEachInput(static (s, i) => s.SummedLikeInput(s.Signal, i))),
        new("Sub", static s => s.ToInputs(ArithmeticReversal.Minuend, ArithmeticReversal.Subtrahend)),
        new("Mul", static s => s.ToEachInput(ArithmeticReversal.Factor)),
        new("Div", static s => s.ToInputs(ArithmeticReversal.Dividend, ArithmeticReversal.Divisor)),
        new("Concat", static s => s.ToEachInput(LayoutReversal.PartOfConcat)),
        new("Flatten", static s => s.ToInputs(LayoutReversal.Reshaped)),
        new("Reshape", static s => s.ToInputs(LayoutReversal.Reshaped)),
        new("Squeeze", static s => s.ToInputs(LayoutReversal.Reshaped)),
        new("Unsqueeze", static s => s.ToInputs(LayoutReversal.Reshaped)),
        new("Transpose", static s => s.ToInputs(LayoutReversal.Transposed)),
        new("Dropout", static s => s.ToInputs(static s => s.Signal)),
        new("Identity", static s => s.ToInputs(static s => s.Signal)),
        .. ReversalRows.Activations,
        .. ReversalRows.Arithmetic,
        .. ReversalRows.Selections,
        .. ReversalRows.Layout,
        .. ReversalRows.Others,
    ]);

    /// <summary>Gets guided backpropagation, starting from one: the rectified signal where the forward input was positive; contrast normalisation passes the
    /// signal on.</summary>
    public static ReversalRuleSet Guided { get; } = Gradient.With("guided",
        [.. Rectifiers.Select(static op => new ReversalRule(op, static s => s.ToInputs(ActivationReversal.Guided))), Lrn(identity: true)]);

    /// <summary>
    /// Gets the paper's deconvnet, starting from the activation: the signal itself is rectified, not masked by the forward sign; pooling is undone by
    /// switches, overlaps summed; contrast normalisation passes the signal on; filters are transposed, without bias; no rectification at the pixels.
    /// </summary>
    public static ReversalRuleSet Paper { get; } = Gradient.With("paper",
        [.. Rectifiers.Select(static op => new ReversalRule(op, static s => s.ToInputs(ActivationReversal.Rectified))), Lrn(identity: true)])
        .StartingFrom(StartValue.Activation);

    /// <summary>Gets the presets.</summary>
    public static IReadOnlyList<ReversalRuleSet> Presets { get; } = [Paper, Guided, Gradient];

    private static string[] Rectifiers => ["Relu", "LeakyRelu", "PRelu", "Clip", "Elu", "Selu", "Celu", "ThresholdedRelu"];

    /// <summary>Finds a preset.</summary>
    /// <param name="name">Its name: <c>paper</c>, <c>guided</c> or <c>gradient</c>.</param>
    /// <returns>The preset.</returns>
    /// <exception cref="GraphException">No preset has that name.</exception>
    public static ReversalRuleSet Named(string name) => Presets.FirstOrDefault(p => p.Name == name)
        ?? throw new GraphException($"There is no rule preset '{name}'; choose one of {string.Join(", ", Presets.Select(static p => p.Name))}.");

    /// <summary>Makes the Conv row.</summary>
    /// <param name="bias">Whether the bias is taken off the signal before the transposed filters.</param>
    /// <returns>The row.</returns>
    public static ReversalRule Conv(BiasUse bias) => bias == BiasUse.None
        ? new("Conv", static s => s.ToInputs(ConvReversal.ToInput, ConvReversal.ToWeights, ConvReversal.ToBias))
        : new("Conv", static s => s.ToInputs(static s => ConvReversal.ToInput(BiasSubtraction.Before(s)), ConvReversal.ToWeights, ConvReversal.ToBias));

    /// <summary>Makes the MaxPool row.</summary>
    /// <param name="overlap">What happens where windows share a switch.</param>
    /// <returns>The row.</returns>
    public static ReversalRule MaxPool(Overlap overlap) => new("MaxPool", s => s.ToInputs(step => PoolReversal.Unpool(step, overlap)))
    {
        IsLocal = overlap == Overlap.Sum,      // a zero of a window outside the receptive field can overwrite, or be larger than a negative value
    };

    /// <summary>Makes the LRN row.</summary>
    /// <param name="identity">True to pass the signal on, false for the derivative.</param>
    /// <returns>The row.</returns>
    public static ReversalRule Lrn(bool identity) => identity
        ? new("LRN", static s => s.ToInputs(static s => s.Signal))
        : new("LRN", static s => s.ToInputs(NormalizationReversal.LrnDerivative));
}
