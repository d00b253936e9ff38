namespace MlNetConvVis.Graph;

/// <summary>One of the two graphs that an <c>If</c> node chooses between; an attribute value. What it reads from the graph around it stands among the node's
/// inputs too, behind the condition. Immutable.</summary>
/// <param name="Nodes">Its operations, each behind those it reads from.</param>
/// <param name="Initializers">Its constants by name.</param>
/// <param name="Outputs">The values it hands out, in the order of the node's outputs.</param>
public sealed record OnnxBranch(
    IReadOnlyList<OnnxNode> Nodes, IReadOnlyDictionary<string, OnnxTensor> Initializers, IReadOnlyList<string> Outputs)
{
    /// <summary>Gets the values that it reads from the graph around it.</summary>
    public IEnumerable<string> Captured
    {
        get
        {
            var own = Nodes.SelectMany(static n => n.Outputs).Concat(Initializers.Keys).ToHashSet(StringComparer.Ordinal);
            return Nodes.SelectMany(static n => n.Inputs).Concat(Outputs).Where(v => v.Length > 0 && !own.Contains(v)).Distinct(StringComparer.Ordinal);
        }
    }
}
