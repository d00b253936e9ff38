using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs.Extension;

/// <summary>
/// Applies what an extending spec changes, in this order: <c>remove: [layer, …]</c>; <c>change: { layer: { setting: value } }</c>, where a setting without
/// a value goes back to its default and a new <c>type</c> replaces the layer's settings whole; <c>insert: [layer: { after: layer, type: … }]</c>, with
/// <c>before</c> in place of <c>after</c> where that reads better.
/// </summary>
internal static class SpecChanges
{
    /// <summary>Changes layers.</summary>
    /// <param name="layers">The layers of the extended spec.</param>
    /// <param name="top">The extending spec.</param>
    /// <param name="extended">What messages call the extended file.</param>
    /// <exception cref="SpecException">A layer is not there, or a setting is not one of its type's.</exception>
    public static IReadOnlyList<LayerSection> Apply(IReadOnlyList<LayerSection> layers, YamlMap top, string extended)
    {
        var result = layers.ToList();
        var removed = top.Find("remove")?.AsOneOrMore() ?? [];
        foreach (var name in removed) result.RemoveAt(PlaceOf(result, name.AsText(), name.Position, extended));
        foreach (var change in top.Find("change")?.AsMap().Entries ?? [])
        {
            var place = PlaceOf(result, change.Key, change.KeyPosition, extended);
            result[place] = Changed(result[place], change);
        }

        foreach (var item in top.Find("insert")?.AsList() ?? []) Insert(result, item, extended);
        foreach (var name in removed) EnsureNobodyReads(result, name);
        return result;
    }

    private static LayerSection Changed(LayerSection layer, YamlEntry change)
    {
        var settings = change.Value.AsMap();
        var isNew = settings.Has("type");
        settings.EnsureNoOtherKeys(LayerTypes.KeysOf((isNew ? settings : layer.Settings)["type"].AsChoice(LayerTypes.Known)));
        var kept = isNew ? [] : layer.Settings.Entries.Where(e => !settings.Has(e.Key));
        var map = (isNew ? settings : layer.Settings).Holding([.. kept, .. settings.Entries.Where(static e => e.Value.Kind != YamlKind.Nothing)]);
        return new LayerSection(layer.Name, change.KeyPosition, map);
    }

    private static void Insert(List<LayerSection> layers, YamlValue item, string extended)
    {
        var layer = LayerTypes.Section(item);
        var (after, before) = (layer.Settings.Find("after"), layer.Settings.Find("before"));
        if ((after is null) == (before is null))
        {
            throw new SpecException(layer.Position, $"'{layer.Name}' has {(after is null ? "neither 'after' nor" : "both 'after' and")} 'before'; " +
                "one of them was wanted, with the name of a layer.");
        }


        var neighbour = after ?? before!;
        var place = PlaceOf(layers, neighbour.AsText(), neighbour.Position, extended);
        var settings = layer.Settings.Holding([.. layer.Settings.Entries.Where(static e => e.Key is not ("after" or "before"))]);
        layers.Insert(after is null ? place : place + 1, layer with { Settings = settings });
    }

    private static int PlaceOf(List<LayerSection> layers, string name, SourcePosition position, string extended) =>
        layers.FindIndex(l => l.Name == name) is >= 0 and var place ? place : throw new SpecException(
            position, $"'{name}' is no layer of {extended} as it is changed here. {NearestName.Hint(name, [.. layers.Select(static l => l.Name)])}");

    /// <summary>A layer that reads from the one above needs no change; one that names the removed layer does.</summary>
    private static void EnsureNobodyReads(List<LayerSection> layers, YamlValue removed)
    {
        var name = removed.AsText();
        if (layers.Any(l => l.Name == name)) return;      // inserted anew
        var reader = layers.FirstOrDefault(l => l.Settings.Find("from")?.AsOneOrMore().Any(f => f.AsText() == name) == true);
        if (reader is null) return;
        throw removed.Error(
            $"'{name}' is removed, but layer '{reader.Name}' reads from it by name; give it another 'from' under 'change', or remove it too.");
    }
}
