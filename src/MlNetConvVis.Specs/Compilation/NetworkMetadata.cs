using System.Text.Json;

namespace MlNetConvVis.Specs.Compilation;

/// <summary>What a compiled network tells about itself in its ONNX metadata.</summary>
public static class NetworkMetadata
{
    /// <summary>The key of the spec's YAML text.</summary>
    public const string SpecKey = "convvis.spec";

    /// <summary>The key of the layer names in order, a JSON list.</summary>
    public const string LayersKey = "convvis.layers";

    /// <summary>The key of the class names in the order of the last layer, a JSON list; written by training.</summary>
    public const string ClassesKey = "convvis.classes";

    internal static IReadOnlyDictionary<string, string> Of(NetworkSpec spec)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [LayersKey] = JsonSerializer.Serialize(spec.Layers.Select(static l => l.Name))
        };
        if (spec.SourceText is { } text) metadata[SpecKey] = text;
        return metadata;
    }
}
