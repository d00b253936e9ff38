namespace MlNetConvVis.Specs.Layers;

/// <summary>Checks the names of layers and what they read from: nothing twice, nothing unknown, nothing unused.</summary>
internal static class LayerReferences
{
    /// <summary>Checks a spec.</summary>
    /// <exception cref="SpecException">A name cannot be used, or a layer reads from one that is not above it, or is read by none.</exception>
    public static void Check(NetworkSpec spec)
    {
        if (spec.Layers.Count == 0) throw new SpecException(spec.Position, "the network has no layers; at least one was wanted.");
        var above = new List<string> { NetworkSpec.ImageName };
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in spec.Layers)
        {
            CheckName(layer, above);
            CheckSources(layer, above);
            used.UnionWith(Sources(layer, above[^1]));
            above.Add(layer.Name);
        }

        if (spec.Layers.SkipLast(1).FirstOrDefault(l => !used.Contains(l.Name)) is { } unused)
            throw new SpecException(unused.Position, $"no layer reads from '{unused.Name}'; name it in the 'from' of a layer below, or leave it out.");
    }

    /// <summary>Gets the layers that one reads from.</summary>
    public static IReadOnlyList<string> Sources(LayerSpec layer, string before) => layer.From.Count > 0 ? layer.From : [before];

    private static void CheckName(LayerSpec layer, List<string> above)
    {
        var name = layer.Name;
        if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_')
            || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw new SpecException(layer.Position, $"'{name}' cannot be a layer's name; a letter or '_', then letters, digits, '_', '-' and '.' were wanted.");
        }

        if (name == NetworkSpec.ImageName)
            throw new SpecException(layer.Position, $"'{name}' is the name of the input; give the layer another.");
        if (above.Contains(name))
            throw new SpecException(layer.Position, $"there is a layer '{name}' already; names must differ.");
    }

    private static void CheckSources(LayerSpec layer, List<string> above)
    {
        foreach (var source in layer.From.Where(s => !above.Contains(s)))
            throw new SpecException(layer.Position, $"'{layer.Name}' reads from '{source}', which is no layer above it. {NearestName.Hint(source, above)}");
        var count = Sources(layer, above[^1]).Count;
        if (count < layer.LeastSources)
            throw new SpecException(layer.Position, $"'{layer.Name}' joins layers but reads from {count}; 'from: [a, b]' was wanted.");
        if (count > layer.MostSources)
            throw new SpecException(layer.Position, $"'{layer.Name}' reads from {count} layers; one was wanted. Join them with an add or concat layer first.");
    }
}
