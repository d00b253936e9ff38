using System.Text.Json;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Specs.Compilation;

/// <summary>What a compiled network tells about itself in its ONNX metadata.</summary>
public static class NetworkMetadata
{
    /// <summary>The key of the spec's YAML text.</summary>
    public const string SpecKey = "convvis.spec";

    /// <summary>The key of the layer names in order, a JSON list.</summary>
    public const string LayersKey = "convvis.layers";

    /// <summary>Reads the layer names that a spec gave a model.</summary>
    /// <param name="graph">The model.</param>
    /// <returns>The names in order; null for a model that was not made from a spec.</returns>
    /// <exception cref="GraphException">The metadata is damaged.</exception>
    public static IReadOnlyList<string>? LayersOf(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!graph.Metadata.TryGetValue(LayersKey, out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(text);
        }
        catch (JsonException e)
        {
            throw new GraphException($"The model's metadata '{LayersKey}' is '{text}'; a JSON list of layer names was wanted.", e);
        }
    }

    internal static IReadOnlyDictionary<string, string> Of(NetworkSpec spec)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [LayersKey] = JsonSerializer.Serialize(spec.Layers.Select(static l => l.Name)) };
        if (spec.SourceText is { } text) metadata[SpecKey] = text;
        return metadata;
    }
}
