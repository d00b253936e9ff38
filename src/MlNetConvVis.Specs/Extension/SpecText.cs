using MlNetConvVis.Specs.Yaml;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MlNetConvVis.Specs.Extension;

/// <summary>Writes an extended spec as one that stands for itself, so that a model carries all of it.</summary>
internal static class SpecText
{
    public static string Of(SpecSections sections)
    {
        var layers = new YamlSequenceNode(sections.Layers.Value.Select(static l => new YamlMappingNode { { l.Name, Flow(l.Settings) } }));
        var top = new YamlMappingNode();
        foreach (var entry in sections.Top.Entries) top.Add(entry.Key, entry.Value.Node);
        top.Add("layers", layers);
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlStream(new YamlDocument(top)).Save(text, assignAnchors: false);
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('.', '\n') + "\n";
    }

    private static YamlMappingNode Flow(YamlMap map)
    {
        var node = new YamlMappingNode { Style = MappingStyle.Flow };
        foreach (var entry in map.Entries) node.Add(entry.Key, entry.Value.Node);
        return node;
    }
}
