using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Layers;

/// <summary>Reads the values that layers share.</summary>
internal static class LayerValues
{
    private static readonly Dictionary<string, Activation> s_activations = new() { ["none"] = Layers.Activation.None, ["relu"] = Layers.Activation.Relu };
    private static readonly Dictionary<string, WeightInit> s_inits = new() { ["he"] = WeightInit.He, ["glorot"] = WeightInit.Glorot };

    public static IReadOnlyList<string> FinishKeys { get; } = ["batchnorm", "activation", "dropout"];

    public static IReadOnlyList<string> PoolKeys { get; } = ["kernel", "stride", "pad"];

    public static WindowSpec Window(YamlMap map, Extent stride) => new()
    {
        Kernel = Extent(map["kernel"], least: 1),
        Stride = map.Find("stride") is { } step ? Extent(step, least: 1) : stride,
        Dilation = map.Find("dilation") is { } dilation ? Extent(dilation, least: 1) : Specs.Extent.One,
        Pad = map.Find("pad") is { } pad ? Pad(pad) : 0,
    };

    /// <summary>Pooling windows touch unless the spec says otherwise. Padding as wide as the window would make windows that see nothing.</summary>
    public static WindowSpec PoolWindow(YamlMap map)
    {
        var window = Window(map, Extent(map["kernel"], least: 1));
        var (pad, kernel) = (window.Pad, window.Kernel);
        return Math.Max(pad.Top, pad.Bottom) < kernel.Height && Math.Max(pad.Left, pad.Right) < kernel.Width ? window
            : throw map["pad"].Wrong($"less than the window of {kernel}");
    }

    public static LayerFinish Finish(YamlMap map) => new()
    {
        IsNormalized = map.Bool("batchnorm", false),
        Activation = Activation(map),
        Dropout = map.Find("dropout") is { } rate ? DropoutRate(rate) : 0,
    };

    public static Activation Activation(YamlMap map) => map.Choice("activation", s_activations, Layers.Activation.None);

    public static float DropoutRate(YamlValue value) =>
        value.AsFloat(least: 0) is var rate && rate < 1 ? rate : throw value.Wrong("a share of 0 or more and less than 1");

    public static WeightInit Init(YamlValue value)
    {
        if (value.Kind == YamlKind.Scalar && value.AsText() != "gaussian") return value.AsChoice(s_inits);
        if (value.Kind != YamlKind.Map) throw value.Wrong("he, glorot or { gaussian: standard deviation }");
        var map = value.AsMap();
        map.EnsureNoOtherKeys("gaussian");
        return WeightInit.Gaussian(map.Float("gaussian", least: 0));
    }

    public static LayerWidth Width(YamlValue value) => value.Kind == YamlKind.Scalar && value.AsText() == "classes" ? LayerWidth.Classes
        : value.Kind == YamlKind.Scalar && int.TryParse(value.AsText(), out var count) && count > 0 ? count
        : throw value.Wrong("a whole number of 1 or more, or 'classes',");

    /// <summary>A number, or [rows, columns].</summary>
    public static Extent Extent(YamlValue value, int least) => value.AsOneOrMore() switch
    {
        [var side] => side.AsInt(least),
        [var height, var width] => new Extent(height.AsInt(least), width.AsInt(least)),
        _ => throw value.Wrong("a number or [rows, columns]"),
    };

    /// <summary>A number, [rows, columns], [top, left, bottom, right], or <c>same</c>.</summary>
    private static Padding Pad(YamlValue value)
    {
        if (value.Kind == YamlKind.Scalar && value.AsText() == "same") return Padding.Same;
        return value.AsOneOrMore() switch
        {
            [var side] when value.Kind != YamlKind.Scalar || int.TryParse(side.AsText(), out _) => side.AsInt(0),
            [var rows, var columns] => new Padding(rows.AsInt(0), columns.AsInt(0), rows.AsInt(0), columns.AsInt(0)),
            [var top, var left, var bottom, var right] => new Padding(top.AsInt(0), left.AsInt(0), bottom.AsInt(0), right.AsInt(0)),
            _ => throw value.Wrong("a number, [rows, columns], [top, left, bottom, right] or 'same'"),
        };
    }
}
