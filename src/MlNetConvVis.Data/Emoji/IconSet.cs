using System.Text.Json;
using static System.FormattableString;

namespace MlNetConvVis.Data.Emoji;

/// <summary>One artist's drawings, as an npm package @iconify-json/* holds them: icons by name, aliases, and codes where the set knows
/// them.</summary>
internal sealed class IconSet
{
    private readonly Dictionary<string, Icon> _icons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byCode = new(StringComparer.Ordinal);

    private readonly Lazy<ILookup<string, string>> _aliasesOf;

    private IconSet(string artist)
    {
        Artist = artist;
        _aliasesOf = new(() => _parents.Keys.Where(a => ByName(a) is not null).ToLookup(a => ByName(a)!, StringComparer.Ordinal));
    }

    public string Artist { get; }

    /// <summary>Codes (without variation selectors) that the set itself gives names to; empty for the older sets.</summary>
    public IEnumerable<string> Codes => _byCode.Keys;

    public static IconSet Read(string packages, string artist)
    {
        var folder = Path.Combine(packages, "node_modules", "@iconify-json", artist);
        var set = new IconSet(artist);
        using var icons = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "icons.json")));
        var root = icons.RootElement;
        var (width, height) = (Number(root, "width", 16), Number(root, "height", 16));
        foreach (var icon in root.GetProperty("icons").EnumerateObject())
            set._icons[icon.Name] = Icon.From(icon.Value, width, height);
        if (root.TryGetProperty("aliases", out var aliases))
        {
            foreach (var alias in aliases.EnumerateObject())
                set.AddAlias(alias.Name, alias.Value);
        }

        using var codes = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "chars.json")));
        foreach (var code in codes.RootElement.EnumerateObject())
            set._byCode.TryAdd(EmojiSymbol.NormalCode(code.Name), code.Value.GetString()!);
        return set;
    }

    /// <summary>The drawing of a code, by the set's own table.</summary>
    public string? ByCode(string code) => _byCode.TryGetValue(code, out var name) ? ByName(name) : null;

    /// <summary>The drawing that a name or alias stands for.</summary>
    public string? ByName(string name)
    {
        for (var steps = 0; steps <= _parents.Count; steps++)      // a circle of aliases ends here
        {
            if (_icons.ContainsKey(name))
                return name;
            if (!_parents.TryGetValue(name, out var parent))
                return null;
            name = parent;
        }

        return null;
    }

    /// <summary>All names of a code: the set's own first, then the drawing's, then its aliases in ordinal order.</summary>
    public IEnumerable<string> NamesOf(string code)
    {
        if (!_byCode.TryGetValue(code, out var name) || ByName(name) is not { } icon)
            return [];
        return [name, icon, .. _aliasesOf.Value[icon].Order(StringComparer.Ordinal)];
    }

    /// <summary>The drawing as an SVG file of side x side, the artist's frame centred in it.</summary>
    public string Svg(string icon, int side) => _icons[icon].Svg(side);

    private void AddAlias(string name, JsonElement alias)
    {
        var parent = alias.GetProperty("parent").GetString()!;
        if (alias.EnumerateObject().All(p => p.Name == "parent"))
            _parents[name] = parent;
        else if (alias.TryGetProperty("hFlip", out var flip) && flip.GetBoolean() && _icons.TryGetValue(parent, out var icon))
            _icons[name] = icon with { Flipped = true };
    }

    private static double Number(JsonElement element, string name, double otherwise) =>
        element.TryGetProperty(name, out var number) ? number.GetDouble() : otherwise;

    private sealed record Icon(string Body, double Left, double Top, double Width, double Height, bool Flipped)
    {
        public static Icon From(JsonElement icon, double width, double height) => new(
            icon.GetProperty("body").GetString()!, Number(icon, "left", 0), Number(icon, "top", 0),
            Number(icon, "width", width), Number(icon, "height", height), Flipped: false);

        public string Svg(int side)
        {
            // Mirrored about the frame's middle: x -> 2 left + width - x.
            var body = Flipped ? Invariant($"<g transform=\"translate({(2 * Left) + Width} 0) scale(-1 1)\">{Body}</g>") : Body;
            var frame = Invariant($"width=\"{side}\" height=\"{side}\" viewBox=\"{Left} {Top} {Width} {Height}\"");
            return $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" {frame}>{body}</svg>";
        }
    }
}
