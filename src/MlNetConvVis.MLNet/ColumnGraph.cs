using MlNetConvVis.Graph;

namespace MlNetConvVis.MLNet;

/// <summary>
/// Names a graph's inputs and outputs as the columns are named, since ML.NET's OnnxTransformer takes one for the other, and makes it a
/// graph for one row, since that is how OnnxTransformer runs it.
/// </summary>
internal static class ColumnGraph
{
    /// <summary>The metadata that marks a graph as one of these, in a saved model.</summary>
    public const string KindKey = "convvis.mlnet";

    /// <summary>What <see cref="KindKey"/> says of a network's part.</summary>
    public const string NetworkKind = "network";

    /// <summary>What <see cref="KindKey"/> says of a network's part that cannot do with any other number of images than its own.</summary>
    public const string FixedKind = "network of fixed batch";

    /// <summary>What <see cref="KindKey"/> says behind images that were read from files.</summary>
    public const string ImagesKind = "images";

    /// <summary>Renames inputs and outputs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="columns">The column of each input and output that gets a new name.</param>
    /// <returns>A graph that computes the same. Other values that bear a column's name get another.</returns>
    /// <exception cref="GraphException">Two values would share a column.</exception>
    public static OnnxGraph Named(OnnxGraph graph, IReadOnlyDictionary<string, string> columns)
    {
        if (columns.Values.GroupBy(static c => c, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new GraphException($"Column '{twice.Key}' is named twice; each input and output needs a column of its own.");
        var taken = columns.Values.ToHashSet(StringComparer.Ordinal);
        string Name(string value) => columns.TryGetValue(value, out var column) ? column : taken.Contains(value) ? $"{value}/inside" : value;
        return new OnnxGraph(
            graph.Name,
            graph.Opset,
            graph.Inputs.Select(i => i with { Name = Name(i.Name) }),
            graph.Outputs.Select(o => o with { Name = Name(o.Name) }),
            graph.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(Name)], Outputs = [.. n.Outputs.Select(Name)] }),
            graph.Initializers.ToDictionary(i => Name(i.Key), static i => i.Value, StringComparer.Ordinal),
            graph.Metadata);
    }

    /// <summary>Fixes a free batch to 1, and says how slots are called.</summary>
    /// <param name="named">A graph that is named like columns.</param>
    /// <param name="slotNames">For some outputs the name of each of their values.</param>
    /// <returns>The graph for OnnxTransformer.</returns>
    public static OnnxGraph OneRow(OnnxGraph named, IReadOnlyDictionary<string, IReadOnlyList<string>> slotNames) => named.With(
        inputs: named.Inputs.Select(OneRow),
        outputs: named.Outputs.Select(OneRow),
        nodes: [.. named.Nodes, .. slotNames.SelectMany(static s => SlotNames(s.Key, s.Value))],
        metadata: new Dictionary<string, string>(named.Metadata)
        {
            [KindKey] = named.Inputs.All(static i => i.Shape is { Rank: > 0 } shape && !shape[0].IsKnown) ? NetworkKind : FixedKind,
        });

    /// <summary>Frees the batch again where it was free.</summary>
    /// <param name="graph">What <see cref="OneRow(OnnxGraph, IReadOnlyDictionary{string, IReadOnlyList{string}})"/> gave.</param>
    public static OnnxGraph ManyRows(OnnxGraph graph) => graph.Metadata.GetValueOrDefault(KindKey) != NetworkKind ? graph.WithoutUnused()
        : graph.With(inputs: graph.Inputs.Select(ManyRows), outputs: graph.Outputs.Select(ManyRows)).WithoutUnused();

    /// <summary>
    /// OnnxTransformer looks for slot names in the node of this name (ML.NET's own exporter writes them so). Nothing reads what the node makes, so it is never
    /// computed.
    /// </summary>
    private static IEnumerable<OnnxNode> SlotNames(string column, IReadOnlyList<string> names)
    {
        var texts = $"{column}/texts";
        const long Text = 8;
        yield return new OnnxNode("Cast", "", [column], [texts], OnnxAttributes.Of(("to", Text)));
        yield return new OnnxNode("LabelEncoder", $"mlnet.{column}.SlotNames", [texts], [$"{column}/slots"], OnnxAttributes.Of(
            ("keys_strings", names.ToArray()), ("values_int64s", names.Select(static (_, i) => (long)i).ToArray())), "ai.onnx.ml");
    }

    private static ValueInfo OneRow(ValueInfo value) =>
        value.Shape is { Rank: > 0 } shape && !shape[0].IsKnown ? value with { Shape = shape.With(0, 1) } : value;

    private static ValueInfo ManyRows(ValueInfo value) =>
        value.Shape is { Rank: > 0 } shape && shape[0] is { IsKnown: true, Size: 1 } ? value with { Shape = shape.With(0, Dim.Free("N")) } : value;
}
