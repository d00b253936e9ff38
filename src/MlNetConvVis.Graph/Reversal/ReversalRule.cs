namespace MlNetConvVis.Graph.Reversal;

/// <summary>One row of a reversal table: how a signal at an operator's outputs becomes signals at its inputs.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Apply">Answers with one signal an input; null where none is wanted.</param>
public sealed record ReversalRule(string OpType, Func<ReversalStep, IReadOnlyList<Value?>> Apply)
{
    /// <summary>Gets whether places without a signal change nothing, so that the rule may be applied to the part of a value around one unit's
    /// projection.</summary>
    /// <value>The default is true.</value>
    public bool IsLocal { get; init; } = true;
}

/// <summary>A named table of reversal rules, one row an operator. Immutable; a method is a table with rows changed.</summary>
public sealed class ReversalRuleSet
{
    private readonly SortedDictionary<string, ReversalRule> _rows;

    /// <summary>Creates a table.</summary>
    /// <param name="name">Its name, as users give it.</param>
    /// <param name="startsFrom">What a projection starts from.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="pixels">Which values projections keep once they have reached the pixels.</param>
    public ReversalRuleSet(string name, StartValue startsFrom, IEnumerable<ReversalRule> rows, PixelValues pixels = PixelValues.All)
    {
        (Name, StartsFrom, Pixels) = (name, startsFrom, pixels);
        _rows = new SortedDictionary<string, ReversalRule>(rows.ToDictionary(static r => r.OpType, StringComparer.Ordinal), StringComparer.Ordinal);
    }

    /// <summary>Gets the name, as users give it.</summary>
    public string Name { get; }

    /// <summary>Gets what a projection with these rules starts from.</summary>
    public StartValue StartsFrom { get; }

    /// <summary>Gets which values projections keep once they have reached the pixels; whoever ends a projection applies it.</summary>
    public PixelValues Pixels { get; }

    /// <summary>Gets whether projections are rectified at the pixels: max(projection, 0).</summary>
    public bool RectifiesPixels => Pixels == PixelValues.Rectified;

    /// <summary>Gets the operators that have a row.</summary>
    public IReadOnlyCollection<string> Operators => _rows.Keys;

    /// <summary>Changes rows, or adds them.</summary>
    /// <param name="name">The name of the new table.</param>
    /// <param name="rows">The rows that differ.</param>
    /// <returns>A new table.</returns>
    public ReversalRuleSet With(string name, params IEnumerable<ReversalRule> rows)
    {
        var changed = new Dictionary<string, ReversalRule>(_rows, StringComparer.Ordinal);
        foreach (var row in rows) changed[row.OpType] = row;
        return new ReversalRuleSet(name, StartsFrom, changed.Values, Pixels);
    }

    /// <summary>Changes what projections start from.</summary>
    /// <param name="start">The unit's own activation, or one.</param>
    /// <returns>A new table with the same rows.</returns>
    public ReversalRuleSet StartingFrom(StartValue start) => new(Name, start, _rows.Values, Pixels);

    /// <summary>Changes which values projections keep at the pixels.</summary>
    /// <param name="pixels">All, or those above zero.</param>
    /// <returns>A new table with the same rows.</returns>
    public ReversalRuleSet KeepingPixels(PixelValues pixels) => new(Name, StartsFrom, _rows.Values, pixels);

    /// <summary>Finds the row of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="opset">The operator set version, for the message.</param>
    /// <returns>The row.</returns>
    /// <exception cref="UnsupportedOperatorException">There is none.</exception>
    public ReversalRule For(OnnxNode node, int opset)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Domain.Length == 0 && _rows.TryGetValue(node.OpType, out var row) ? row
            : throw new UnsupportedOperatorException(node, opset, Name, _rows.Keys);
    }
}

/// <summary>What the projection of a unit starts from. The pipeline is positively homogeneous under the paper's rules, so there it only scales.</summary>
public enum StartValue
{
    /// <summary>The unit's own activation (Zeiler and Fergus 2013, section 2.1).</summary>
    Activation,

    /// <summary>One, as derivatives do.</summary>
    One,
}

/// <summary>What happens where two overlapping pooling windows share one switch.</summary>
public enum Overlap
{
    /// <summary>Both are added: the adjoint of pooling with fixed switches.</summary>
    Sum,

    /// <summary>The later window in row-major order overwrites, also with zero.</summary>
    Last,

    /// <summary>The largest value that a window puts at a place; places that no window names are zero.</summary>
    Max,
}
