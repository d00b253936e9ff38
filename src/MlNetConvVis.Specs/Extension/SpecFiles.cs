using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Extension;

/// <summary>Reads the sections of a spec file, following <c>extends: other.yaml</c> to the file that has the layers.</summary>
internal static class SpecFiles
{
    private static readonly string[] s_sections = ["name", "input", "preprocessing", "init", "classes", "training"];

    /// <summary>Reads a spec's sections.</summary>
    /// <exception cref="SpecException">A file cannot be read, extends itself, or changes what is not there.</exception>
    public static SpecSections Sections(string text, string file, Func<string, string?>? environment) => Sections(text, file, environment, []);

    private static SpecSections Sections(string text, string file, Func<string, string?>? environment, IReadOnlyList<string> extendedBy)
    {
        var top = YamlFile.Parse(text, file, environment);
        if (top.Find("extends") is not { } link)
        {
            top.EnsureNoOtherKeys([.. s_sections, "layers", "extends"]);
            return new SpecSections(top, new(() => Layers(top["layers"])), IsExtended: false);
        }

        if (top.Find("layers") is { } layers)
            throw layers.Error("'layers' stands beside 'extends', which brings layers already; say what differs with 'remove', 'change' and 'insert'.");
        top.EnsureNoOtherKeys(["extends", .. s_sections, "remove", "change", "insert"]);
        var chain = (IReadOnlyList<string>)[.. extendedBy, Path.GetFullPath(file)];
        var other = Existing(link, file);
        if (chain.Contains(Path.GetFullPath(other)))
        {
            throw link.Error($"'extends' leads in a circle ({string.Join(", ", chain.Append(other).Select(Path.GetFileName))}); " +
                "one of these files must have 'layers' of its own.");
        }

        var extended = Sections(YamlFile.ReadText(other), other, environment, chain);
        return new SpecSections(
            Merged(extended.Top, top), new(() => SpecChanges.Apply(extended.Layers.Value, top, Path.GetFileName(other))), IsExtended: true);
    }

    private static IReadOnlyList<LayerSection> Layers(YamlValue list) =>
        list.AsList() is { Count: > 0 } items ? [.. items.Select(LayerTypes.Section)] : throw list.Wrong("a list of at least one layer");

    /// <summary>A section takes the place of the whole section of that name; the name alone does not carry over.</summary>
    private static YamlMap Merged(YamlMap extended, YamlMap top) => top.Holding(
    [
        .. s_sections.Select(key => top.Entries.FirstOrDefault(e => e.Key == key)
            ?? extended.Entries.FirstOrDefault(e => e.Key == key && key != "name")).OfType<YamlEntry>(),
    ]);

    /// <summary>Finds the extended file, whose path is relative to the extending one.</summary>
    private static string Existing(YamlValue link, string file)
    {
        var other = Path.Combine(Path.GetDirectoryName(file) ?? "", link.AsText());
        if (!Path.IsPathRooted(other)) other = Path.GetRelativePath(".", other);
        if (File.Exists(other)) return other;
        var folder = Path.GetDirectoryName(Path.GetFullPath(other))!;
        var there = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.yaml").Select(static f => Path.GetFileName(f)) : [];
        var near = NearestName.Of(Path.GetFileName(other), there);
        throw link.Error($"'extends' is '{link.AsText()}', but there is no file '{other}'; a path from this file's folder was wanted." +
            (near is null ? "" : $" Did you mean '{near}'?"));
    }
}
