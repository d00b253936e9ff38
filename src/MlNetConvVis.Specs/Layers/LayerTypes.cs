using MlNetConvVis.Specs.Extension;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Layers;

/// <summary>How one type of layer is read.</summary>
/// <param name="Keys">The keys it knows beside <c>type</c> and <c>from</c>.</param>
/// <param name="Read">Reads them, given the layer's name.</param>
internal sealed record LayerType(IReadOnlyList<string> Keys, Func<string, YamlMap, LayerSpec> Read);

/// <summary>The table of layer types, one row a type.</summary>
internal static class LayerTypes
{
    public static IReadOnlyDictionary<string, LayerType> Known { get; } = new Dictionary<string, LayerType>
    {
        ["conv"] = ConvLayer.Type,
        ["maxpool"] = MaxPoolLayer.Type,
        ["averagepool"] = AveragePoolLayer.Type,
        ["globalaveragepool"] = GlobalAveragePoolLayer.Type,
        ["lrn"] = LrnLayer.Type,
        ["batchnorm"] = BatchNormalizationLayer.Type,
        ["relu"] = ReluLayer.Type,
        ["flatten"] = FlattenLayer.Type,
        ["dense"] = DenseLayer.Type,
        ["dropout"] = DropoutLayer.Type,
        ["softmax"] = SoftmaxLayer.Type,
        ["add"] = AddLayer.Type,
        ["concat"] = ConcatLayer.Type,
    };

    /// <summary>Finds name and settings of one item of a list of layers: a map with one key, the layer's name.</summary>
    public static LayerSection Section(YamlValue item)
    {
        if (item.Kind != YamlKind.Map) throw item.Wrong("'name: { type: … }'");
        return item.AsMap().Entries is [var entry] ? new LayerSection(entry.Key, entry.KeyPosition, entry.Value.AsMap())
            : throw item.Error($"{item.Label} has {item.AsMap().Entries.Count} keys; one was wanted, the layer's name. " +
                "Does a line lack '- ' in front or spaces to belong to the layer above?");
    }

    /// <summary>Reads a layer.</summary>
    public static LayerSpec Read(LayerSection section)
    {
        var map = section.Settings;
        var type = map["type"].AsChoice(Known);
        map.EnsureNoOtherKeys(KeysOf(type));
        return type.Read(section.Name, map) with
        {
            From = map.Find("from") is { } from ? [.. from.AsOneOrMore().Select(static f => f.AsText())] : [],
            Position = section.Position,
        };
    }

    /// <summary>Gets every key that a layer of a type knows.</summary>
    public static IReadOnlyCollection<string> KeysOf(LayerType type) => ["type", "from", .. type.Keys];
}
