using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs;

/// <summary>Reads the sections of a network spec.</summary>
internal static class NetworkSpecReader
{
    private const int LargestSide = 1 << 16;

    private static readonly Dictionary<string, bool> s_channelOrders = new() { ["RGB"] = false, ["BGR"] = true };
    private static readonly Dictionary<string, bool> s_filters = new() { ["bilinear"] = false, ["bicubic"] = true };

    public static NetworkSpec Read(YamlMap top)
    {
        top.EnsureNoOtherKeys("name", "input", "preprocessing", "init", "classes", "layers");
        var input = Input(top.Map("input"));
        return new NetworkSpec
        {
            Name = Name(top["name"]),
            Input = input,
            Preprocessing = top.Find("preprocessing") is { } section ? Preprocessing(section.AsMap(), input) : null,
            Init = top.Find("init") is { } init ? LayerValues.Init(init) : WeightInit.He,
            Classes = top.Find("classes")?.AsInt(least: 1),
            Layers = Layers(top["layers"]),
            Position = top.Position,
        };
    }

    private static string Name(YamlValue value) => value.AsText() is { Length: > 0 } name ? name : throw value.Wrong("the network's name");

    private static InputSpec Input(YamlMap map)
    {
        map.EnsureNoOtherKeys("channels", "height", "width");
        return new InputSpec(
            map.Int("channels", 3, least: 1, most: LargestSide), map.Int("height", least: 1, most: LargestSide), map.Int("width", least: 1, most: LargestSide));
    }

    private static IReadOnlyList<LayerSpec> Layers(YamlValue list) =>
        list.AsList() is { Count: > 0 } items ? [.. items.Select(LayerTypes.Read)] : throw list.Wrong("a list of at least one layer");

    private static PreprocessingSpec Preprocessing(YamlMap map, InputSpec input)
    {
        map.EnsureNoOtherKeys("resize", "crop", "filter", "channels", "mean", "scale", "deviation");
        if (input.Channels != 3)
            throw map.Error($"pictures have three channels, but the input has {input.Channels}; leave out 'preprocessing', or make 'input.channels' 3.");
        if (map.Find("crop") is { } crop && LayerValues.Extent(crop, least: 1) is var cut && cut != new Extent(input.Height, input.Width))
            throw crop.Error($"'{crop.Path}' cuts out {cut}, but the input is {input.Height}x{input.Width}; make them equal, or leave out 'crop'.");
        if (map.Has("scale") && map.Has("deviation"))
            throw map["deviation"].Error("'scale' and 'deviation' are both there; 'deviation: d' means 'scale: 1/d', so leave out one.");
        return Resize(map.Find("resize"), input) with
        {
            IsBicubic = map.Choice("filter", s_filters, false),
            IsBlueFirst = map.Choice("channels", s_channelOrders, false),
            Mean = map.Find("mean") is { } mean ? PerChannel(mean, float.MinValue) : [0, 0, 0],
            Scale = map.Find("deviation") is { } deviation ? [.. PerChannel(deviation, 1e-6f).Select(static d => 1 / d)]
                : map.Find("scale") is { } scale ? PerChannel(scale, 1e-6f) : [1, 1, 1],
        };
    }

    private static PreprocessingSpec Resize(YamlValue? value, InputSpec input)
    {
        if (value is null) return new PreprocessingSpec();
        if (value.Kind == YamlKind.Scalar && value.AsText() == "none") return new PreprocessingSpec { KeepsSize = true };
        if (value.Kind != YamlKind.Map) throw value.Wrong("{ shortest: pixels }, { height: rows, width: columns } or none");
        var map = value.AsMap();
        map.EnsureNoOtherKeys("shortest", "height", "width");
        if (!map.Has("shortest"))
            return new PreprocessingSpec { WarpTo = new Extent(map.Int("height", least: input.Height, most: LargestSide), map.Int("width", least: input.Width, most: LargestSide)) };
        if (map.Has("height") || map.Has("width"))
            throw value.Error($"'{value.Path}' has 'shortest' beside 'height' or 'width'; one way of resizing was wanted.");
        return new PreprocessingSpec { ShortestSide = map.Int("shortest", least: Math.Max(input.Height, input.Width), most: LargestSide) };
    }

    private static IReadOnlyList<float> PerChannel(YamlValue value, float least) => value.AsOneOrMore() switch
    {
        [var all] => [.. Enumerable.Repeat(all.AsFloat(least), 3)],
        [var a, var b, var c] => [a.AsFloat(least), b.AsFloat(least), c.AsFloat(least)],
        _ => throw value.Wrong("one number, or three, one a channel"),
    };
}
