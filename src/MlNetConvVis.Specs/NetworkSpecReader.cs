using MlNetConvVis.Imaging;
using MlNetConvVis.Specs.Extension;
using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs;

/// <summary>Reads the sections of a network spec.</summary>
internal static class NetworkSpecReader
{
    private const int LargestSide = 1 << 16;

    public static NetworkSpec Read(SpecSections sections)
    {
        var top = sections.Top;
        var input = Input(top.Map("input"));
        return new NetworkSpec
        {
            Name = Name(top["name"]),
            Input = input,
            Preprocessing = top.Find("preprocessing") is { } section ? Preprocessing(section.AsMap(), input) : null,
            Init = top.Find("init") is { } init ? LayerValues.Init(init) : WeightInit.He,
            Classes = top.Find("classes")?.AsInt(least: 1),
            Layers = [.. sections.Layers.Value.Select(LayerTypes.Read)],
            Training = top.Find("training")?.AsMap(),
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

    private static ImagePreprocessing Preprocessing(YamlMap map, InputSpec input) =>
        PreprocessingYaml.Read(map, new Extent(input.Height, input.Width), input.Channels);
}
