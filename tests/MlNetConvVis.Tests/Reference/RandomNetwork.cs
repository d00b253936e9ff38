using System.IO.Compression;
using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Reference;

/// <summary>A layer of a random network, one unit of it an image, and what each rule (such as <c>paper-max</c>) projects these units to.</summary>
internal sealed record RandomCase(string Layer, long[] Units, float[] Activations, IReadOnlyDictionary<string, float[]> Projections);

/// <summary>A network that random_networks.py drew. Weights and images are not stored but drawn again, from the same integer generator.</summary>
internal sealed class RandomNetwork
{
    private static readonly Lazy<Dictionary<long, RandomNetwork>> s_quick = new(static () => Read("random_quick.gz"));
    private static readonly Lazy<Dictionary<long, RandomNetwork>> s_slow = new(static () => Read("random_slow.gz"));

    private readonly Record _record;

    private RandomNetwork(Record record, IReadOnlyList<RandomCase> cases)
    {
        (_record, Cases) = (record, cases);
        Constants = record.Constants.Where(static c => c.Key != "x").ToDictionary(static c => c.Key, c => Tensor(record.Seed, c.Value));
        Images = Tensor(record.Seed, record.Constants["x"]);
    }

    /// <summary>Gets fifty networks, by seed.</summary>
    public static IReadOnlyDictionary<long, RandomNetwork> Quick => s_quick.Value;

    /// <summary>Gets five hundred networks, by seed.</summary>
    public static IReadOnlyDictionary<long, RandomNetwork> Slow => s_slow.Value;

    public IReadOnlyList<RandomCase> Cases { get; }

    public IReadOnlyDictionary<string, OnnxTensor> Constants { get; }

    /// <summary>Gets the images, [N, C, H, W].</summary>
    public OnnxTensor Images { get; }

    public int Batch => (int)Images.Dims[0];

    public int ImageLength => Images.Floats.Length / Batch;

    public IEnumerable<OnnxNode> Nodes => _record.Graph.Select(GraphText.Node);

    /// <summary>A rule by the name that slow_reverse.py gives it: a preset, then its options.</summary>
    public static ReversalRuleSet Rule(string text)
    {
        var rules = ReversalRules.Named(text.Split('-')[0]);
        return text.Split('-').Skip(1).Aggregate(rules, (changed, option) => option switch
        {
            "last" => changed.With(text, ReversalRules.MaxPool(Overlap.Last)),
            "max" => changed.With(text, ReversalRules.MaxPool(Overlap.Max)),
            "lrn" => changed.With(text, ReversalRules.Lrn(identity: false)),
            "one" => changed.StartingFrom(StartValue.One),
            "activation" => changed.StartingFrom(StartValue.Activation),
            _ => throw new ArgumentException($"no option '{option}'", nameof(text)),
        });
    }

    public ConvNet Net() => new(Graph());

    /// <summary>The network as a foreign file would hold it: its own operator set, its batch fixed or free, its weights as initializers or as nodes.</summary>
    public OnnxGraph Graph(IReadOnlyDictionary<string, OnnxTensor>? constants = null, bool freeBatch = false)
    {
        constants ??= Constants;
        var image = GraphText.Float("x", [_record.FreeBatch || freeBatch ? -1 : Batch, .. Images.Dims.Skip(1)]);
        var graph = GraphText.Parse(_record.Graph, [image], [Nodes.Last().Outputs[0]], constants, _record.Opset);
        return !_record.ConstantNodes ? graph : graph.With(
            nodes: [.. constants.Select(static c => new OnnxNode("Constant", "", [], [c.Key], OnnxAttributes.Of(("value", c.Value)))), .. graph.Nodes],
            initializers: new Dictionary<string, OnnxTensor>());
    }

    /// <summary>Whether a layer lies between a transposition to [N, H, W, C] and the one back.</summary>
    public bool IsChannelsLast(string layer)
    {
        var found = new HashSet<string>();
        foreach (var node in Nodes)
        {
            var perm = node.OpType == "Transpose" ? string.Join(',', node.Attributes.Ints("perm")!) : "";
            if (perm == "0,2,3,1" || (perm != "0,3,1,2" && node.Inputs.Any(found.Contains))) found.UnionWith(node.Outputs);
        }

        return found.Contains(layer);
    }

    /// <summary>The nodes as text, for messages.</summary>
    public override string ToString() => $"network {_record.Seed} (opset {_record.Opset})\n{string.Join('\n', _record.Graph)}";

    private static Dictionary<long, RandomNetwork> Read(string resource)
    {
        using var packed = typeof(RandomNetwork).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"no resource '{resource}'");
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Decompress)) gzip.CopyTo(unpacked);
        var bytes = unpacked.ToArray();
        var text = Array.IndexOf(bytes, (byte)0);
        var records = JsonSerializer.Deserialize<Record[]>(bytes.AsSpan(0, text), Vectors.Format)!;
        var numbers = new Queue<float>(Floats(bytes.AsSpan(text + 1)));
        var networks = records.ToDictionary(static r => r.Seed, r => new RandomNetwork(r, [.. r.Cases.Select(c => Case(r, c, numbers))]));
        return numbers.Count == 0 ? networks : throw new InvalidDataException($"'{resource}' holds {numbers.Count} numbers too many");
    }

    /// <summary>The highest bytes of all numbers come first, then all next ones.</summary>
    private static float[] Floats(ReadOnlySpan<byte> planes)
    {
        var floats = new float[planes.Length / 4];
        for (var i = 0; i < floats.Length; i++)
        {
            var bits = (planes[i] << 24) | (planes[i + floats.Length] << 16) | (planes[i + (2 * floats.Length)] << 8) | planes[i + (3 * floats.Length)];
            floats[i] = BitConverter.Int32BitsToSingle(bits);
        }

        return floats;
    }

    private static RandomCase Case(Record record, CaseRecord found, Queue<float> numbers)
    {
        var pixels = (int)OnnxTensor.Product([.. record.Constants["x"][2].EnumerateArray().Select(static d => d.GetInt64())]);
        var activations = Taken(numbers, found.Units.Length);
        return new RandomCase(found.Layer, found.Units, activations, found.Rules.ToDictionary(static r => r, _ => Taken(numbers, pixels)));
    }

    private static float[] Taken(Queue<float> numbers, int count) => [.. Enumerable.Range(0, count).Select(_ => numbers.Dequeue())];

    /// <summary>[kind, draw, shape, halvings], ["longs", […]] or ["scalar", number]; draft.py has the same table.</summary>
    private static OnnxTensor Tensor(long seed, JsonElement[] how)
    {
        var kind = how[0].GetString()!;
        if (kind == "longs") return OnnxTensor.Of([.. how[1].EnumerateArray().Select(static v => v.GetInt64())], how[1].GetArrayLength());
        if (kind == "scalar") return OnnxTensor.Of([how[1].GetSingle()]);
        var random = new SplitMix64(((ulong)seed << 20) | how[1].GetUInt64());
        long[] dims = [.. how[2].EnumerateArray().Select(static d => d.GetInt64())];
        var unit = 1f / (64 << how[3].GetInt32());
        return OnnxTensor.Of([.. Enumerable.Range(0, (int)OnnxTensor.Product(dims)).Select(_ => Numerator(kind, random.Next()) * unit)], dims);
    }

    private static int Numerator(string kind, ulong draw) => kind switch
    {
        "signed" => (int)(draw % 129) - 64,
        "positive" => (int)(draw % 113) + 16,
        "few" => (int)(draw % 3) * 32,
        _ => throw new ArgumentException($"no kind '{kind}'", nameof(kind)),
    };

    private sealed record Record(
        long Seed, int Opset, bool FreeBatch, bool ConstantNodes, Dictionary<string, JsonElement[]> Constants, string[] Graph, CaseRecord[] Cases);

    private sealed record CaseRecord(string Layer, long[] Units, string[] Rules);
}
