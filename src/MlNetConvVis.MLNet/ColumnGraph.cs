using MlNetConvVis.Graph;

namespace MlNetConvVis.MLNet;

/// <summary>
/// Names a graph's inputs and outputs as the columns are named, since ML.NET's OnnxTransformer takes one for the other, and makes it a
/// graph for one row, since that is how OnnxTransformer runs it.
/// </summary>
internal static class ColumnGraph
{
    /// <summary>Renames and fixes the batch to 1.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="columns">The column of each input and output that gets a new name.</param>
    /// <returns>A graph that computes the same. Other values that bear a column's name get another.</returns>
    /// <exception cref="GraphException">Two values would share a column.</exception>
    public static OnnxGraph Of(OnnxGraph graph, IReadOnlyDictionary<string, string> columns)
    {
        if (columns.Values.GroupBy(static c => c, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new GraphException($"Column '{twice.Key}' is named twice; each input and output needs a column of its own.");
        var taken = columns.Values.ToHashSet(StringComparer.Ordinal);
        string Name(string value) => columns.TryGetValue(value, out var column) ? column : taken.Contains(value) ? $"{value}/inside" : value;
        return new OnnxGraph(
            graph.Name,
            graph.Opset,
            graph.Inputs.Select(i => OneRow(i, Name(i.Name))),
            graph.Outputs.Select(o => OneRow(o, Name(o.Name))),
            graph.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(Name)], Outputs = [.. n.Outputs.Select(Name)] }),
            graph.Initializers.ToDictionary(i => Name(i.Key), static i => i.Value, StringComparer.Ordinal),
            graph.Metadata);
    }

    private static ValueInfo OneRow(ValueInfo value, string name) =>
        value with { Name = name, Shape = value.Shape is { Rank: > 0 } shape && !shape[0].IsKnown ? shape.With(0, 1) : value.Shape };
}
