using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Reference;

/// <summary>A tensor as make_vectors.py writes it.</summary>
internal sealed record ReferenceTensor(long[] Shape, float[]? Floats, long[]? Longs)
{
    public OnnxTensor ToTensor() => Longs is null ? OnnxTensor.Of(Floats!, Shape) : OnnxTensor.Of(Longs, Shape);
}

/// <summary>A network with what PyTorch, and a reverse walk in plain loops, make of it.</summary>
internal sealed record ReferenceCase(
    string Name,
    string[] Graph,
    Dictionary<string, ReferenceTensor> Inputs,
    Dictionary<string, ReferenceTensor> Constants,
    Dictionary<string, ReferenceTensor> Outputs,
    string Start,
    ReferenceTensor Seed,
    Dictionary<string, Dictionary<string, ReferenceTensor>> Reversed)
{
    private static readonly Lazy<Dictionary<string, ReferenceCase>> s_all =
        new(static () => Vectors.Read<ReferenceCase>("operators.json").ToDictionary(static c => c.Name));

    public static IReadOnlyDictionary<string, ReferenceCase> All => s_all.Value;

    public static ReversalRuleSet Rules(string name) => name switch
    {
        "paper-last" => ReversalRules.Paper.With(name, ReversalRules.MaxPool(Overlap.Last)),
        "paper-max" => ReversalRules.Paper.With(name, ReversalRules.MaxPool(Overlap.Max)),
        _ => ReversalRules.Named(name),
    };

    /// <summary>The network; constants named here become inputs, so that a signal can be asked for them.</summary>
    public OnnxGraph Network(IReadOnlyCollection<string> free, IEnumerable<string> outputs) => GraphText.Parse(
        Graph,
        Inputs.Concat(Constants.Where(c => free.Contains(c.Key))).Select(static i => GraphText.Float(i.Key, i.Value.Shape)),
        outputs,
        Constants.Where(c => !free.Contains(c.Key)).ToDictionary(static c => c.Key, static c => c.Value.ToTensor()));

    public Dictionary<string, OnnxTensor> Feeds() =>
        Inputs.Concat(Constants).Append(new(GraphRun.Seed, Seed)).ToDictionary(static f => f.Key, static f => f.Value.ToTensor());

    public override string ToString() => Name;
}

internal static class Vectors
{
    public static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
    };

    public static T[] Read<T>(string name)
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"no resource '{name}'");
        return JsonSerializer.Deserialize<T[]>(stream, Format)!;
    }
}
