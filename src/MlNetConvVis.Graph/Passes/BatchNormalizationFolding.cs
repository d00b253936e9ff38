namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Folds batch normalisation into the convolution before it: with k = scale / sqrt(var + epsilon), y = k * (W x + b - mean) + bias is a convolution with
/// weights k * W and bias k * (b - mean) + bias. The paper's deconvnet has no row of its own for it (users of other tools ask for exactly this).
/// </summary>
public static class BatchNormalizationFolding
{
    /// <summary>Folds wherever it may.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <returns>A new graph that computes the same; values keep their names.</returns>
    public static OnnxGraph Apply(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var initializers = new Dictionary<string, OnnxTensor>(graph.Initializers, StringComparer.Ordinal);
        var folded = new Dictionary<OnnxNode, OnnxNode>(ReferenceEqualityComparer.Instance);
        foreach (var norm in graph.Nodes.Where(static n => n.OpType == "BatchNormalization"))
        {
            if (!CanFold(graph, norm).Allowed) continue;
            var conv = graph.ProducerOf(norm.Inputs[0])!;
            folded[norm] = Fold(graph, conv, norm, initializers);
        }

        return graph.With(nodes: graph.Nodes.Select(n => folded.GetValueOrDefault(n, n)), initializers: initializers).WithoutUnused();
    }

    /// <summary>Says whether a batch normalisation may be folded, and if not, why.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="norm">A BatchNormalization node of it.</param>
    /// <returns>The answer.</returns>
    public static Applicability CanFold(OnnxGraph graph, OnnxNode norm)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(norm);
        var conv = graph.ProducerOf(norm.Inputs[0]);
        return conv is not { OpType: "Conv" } ? Applicability.No($"'{norm.Label}' does not follow a convolution")
            : !norm.Inputs.Skip(1).Concat(conv.Inputs.Skip(1)).All(i => i.Length == 0 || graph.IsConstant(i))
            ? Applicability.No($"'{norm.Label}' or '{conv.Label}' has computed weights")
            : !Fits(graph, conv, norm) ? Applicability.No($"'{norm.Label}' has other than one number for each map of '{conv.Label}'")
            : graph.UsersOf(conv.Outputs[0]).Count > 1
            || graph.Outputs.Any(o => o.Name == conv.Outputs[0]) ? Applicability.No($"'{conv.Outputs[0]}' is read elsewhere too")
            : Applicability.Yes;
    }

    private static bool Fits(OnnxGraph graph, OnnxNode conv, OnnxNode norm) => norm.Inputs.Count == 5 && conv.Inputs.Count > 1
        && graph.Initializers[conv.Inputs[1]].Dims is [var maps, ..]
        && norm.Inputs.Skip(1).Concat(conv.Inputs.Skip(2)).Where(static i => i.Length > 0).All(i => graph.Initializers[i].Dims is [var count] && count == maps);

    private static OnnxNode Fold(OnnxGraph graph, OnnxNode conv, OnnxNode norm, Dictionary<string, OnnxTensor> initializers)
    {
        var weights = graph.Initializers[conv.Inputs[1]];
        var (scale, shift) = (Statistic(graph, norm, 1), Statistic(graph, norm, 2));
        var (mean, variance) = (Statistic(graph, norm, 3), Statistic(graph, norm, 4));
        var bias = conv.Input(2) is { } name ? graph.Initializers[name].Floats.ToArray() : new float[scale.Length];
        var epsilon = norm.Attributes.Float("epsilon", 1e-5f);
        var (newWeights, newBias) = (weights.Floats.ToArray(), new float[bias.Length]);
        var each = newWeights.Length / bias.Length;
        for (var o = 0; o < bias.Length; o++)
        {
            var gain = scale[o] / MathF.Sqrt(variance[o] + epsilon);
            newBias[o] = (gain * (bias[o] - mean[o])) + shift[o];
            foreach (ref var w in newWeights.AsSpan(o * each, each)) w *= gain;
        }

        var (weightsName, biasName) = ($"{norm.Outputs[0]}/folded-weights", $"{norm.Outputs[0]}/folded-bias");
        initializers[weightsName] = OnnxTensor.Of(newWeights, [.. weights.Dims]);
        initializers[biasName] = OnnxTensor.Of(newBias, newBias.Length);
        return conv with { Inputs = [conv.Inputs[0], weightsName, biasName], Outputs = [norm.Outputs[0]] };
    }

    private static float[] Statistic(OnnxGraph graph, OnnxNode norm, int index) => graph.Initializers[norm.Inputs[index]].Floats.ToArray();
}

/// <summary>Whether a rewrite may be applied.</summary>
/// <param name="Allowed">Whether it may.</param>
/// <param name="Reason">Why not; empty when it may.</param>
public readonly record struct Applicability(bool Allowed, string Reason)
{
    /// <summary>Gets the answer that it may.</summary>
    public static Applicability Yes { get; } = new(true, "");

    /// <summary>Answers that it may not.</summary>
    /// <param name="reason">Why not.</param>
    /// <returns>The answer.</returns>
    public static Applicability No(string reason) => new(false, reason);
}
