namespace MlNetConvVis.Graph.Reversal;

/// <summary>The reverse pass met an operator that its table has no row for. Nothing is passed through unseen: that would draw a wrong picture that looks
/// right.</summary>
public sealed class UnsupportedOperatorException : GraphException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="node">The node that has no rule.</param>
    /// <param name="opset">The model's operator set version.</param>
    /// <param name="ruleSet">The name of the rule set.</param>
    /// <param name="known">The operators it has rows for.</param>
    /// <param name="nearest">Layers before the node that can be reversed, the nearest first; null where they are not known.</param>
    public UnsupportedOperatorException(OnnxNode node, int opset, string ruleSet, IEnumerable<string> known, IReadOnlyList<string>? nearest = null)
        : base($"No '{ruleSet}' rule for operator '{node?.OpType}' at node '{node?.Label}' (opset {opset}). {Advice(nearest)}" +
            $"Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}. Choose a layer before this node, or add a rule for it.")
    {
        OpType = node?.OpType ?? "";
        NodeName = node?.Label ?? "";
    }

    /// <summary>Gets the operator without a rule.</summary>
    public string OpType { get; }

    /// <summary>Gets the node that has it.</summary>
    public string NodeName { get; }

    private static string Advice(IReadOnlyList<string>? nearest) => nearest is null ? ""
        : nearest.Count == 0 ? "No layer before it can be projected. "
        : $"Nearest layers that work: {string.Join(", ", nearest.Select(static n => $"'{n}'"))}. ";
}
