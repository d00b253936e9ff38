using MlNetConvVis.Graph;

namespace MlNetConvVis.Features;

/// <summary>Keeps names free for the inputs and outputs of graphs that are built around a network.</summary>
internal static class ReservedNames
{
    /// <summary>Gives values of a network that bear a reserved name another one.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="reserved">The names to keep free.</param>
    /// <returns>A graph that computes the same, and the new name of each value.</returns>
    /// <exception cref="GraphException">The image itself bears such a name.</exception>
    public static (OnnxGraph Graph, Func<string, string> NameOf) Freed(OnnxGraph graph, IReadOnlyCollection<string> reserved)
    {
        var clashing = graph.Nodes.SelectMany(static n => n.Outputs).Concat(graph.Initializers.Keys).Where(reserved.Contains).ToHashSet(StringComparer.Ordinal);
        if (graph.Inputs.FirstOrDefault(i => reserved.Contains(i.Name)) is { } input)
        {
            throw new GraphException(
                $"The model's input is called '{input.Name}', which a projection calls its own inputs and outputs ({string.Join(", ", reserved)}). Rename it.");
        }

        if (clashing.Count == 0) return (graph, static name => name);
        string NameOf(string name) => clashing.Contains(name) ? $"{name}/inside" : name;
        return (new OnnxGraph(
            graph.Name,
            graph.Opset,
            graph.Inputs,
            graph.Outputs.Select(o => o with { Name = NameOf(o.Name) }),
            graph.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(NameOf)], Outputs = [.. n.Outputs.Select(NameOf)] }),
            graph.Initializers.ToDictionary(i => NameOf(i.Key), static i => i.Value, StringComparer.Ordinal),
            graph.Metadata), NameOf);
    }
}
