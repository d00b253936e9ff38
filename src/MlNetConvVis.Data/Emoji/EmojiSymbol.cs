using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MlNetConvVis.Data.Emoji;

/// <summary>One symbol of Unicode, as the npm package emojibase-data lists them (skin tones are variants, not symbols).</summary>
/// <param name="Code">Code points in lower case joined by hyphens, without variation selectors.</param>
/// <param name="Name">The label in the way icon sets write names: <c>face-with-tears-of-joy</c>.</param>
/// <param name="Subgroup">Unicode's subgroup: <c>face-smiling</c>.</param>
internal sealed record EmojiSymbol(string Code, string Name, string Subgroup)
{
    private const string VariationSelector = "fe0f";

    // The accented letters of Latin-1. string.Normalize takes no accents off in invariant globalization mode.
    private const string Accented = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ";
    private const string Plain = "aaaaaaceeeeiiiinooooouuuuyy";

    /// <summary>Reads all symbols, in Unicode's order.</summary>
    public static EmojiSymbol[] ReadAll(string packages)
    {
        var folder = Path.Combine(packages, "node_modules", "emojibase-data");
        using var groups = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta", "groups.json")));
        var subgroups = groups.RootElement.GetProperty("subgroups");
        using var data = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "en", "data.json")));
        var symbols = new List<EmojiSymbol>();
        foreach (var entry in data.RootElement.EnumerateArray())
        {
            if (!entry.TryGetProperty("subgroup", out var subgroup))
                continue;      // regional indicators: halves of flags
            symbols.Add(new EmojiSymbol(
                NormalCode(entry.GetProperty("hexcode").GetString()!),
                Slug(entry.GetProperty("label").GetString()!),
                subgroups.GetProperty(subgroup.GetInt32().ToString(CultureInfo.InvariantCulture)).GetString()!));
        }

        return [.. symbols];
    }

    /// <summary>Sets write the same code with and without U+FE0F ("draw in colour"): compared without.</summary>
    public static string NormalCode(string code) =>
        string.Join('-', code.ToLowerInvariant().Split('-').Where(part => part != VariationSelector));

    /// <summary>Lower case, accents and apostrophes dropped, &amp; as "and", everything else that is no letter or digit a hyphen.</summary>
    public static string Slug(string label)
    {
        var slug = new StringBuilder();
        foreach (var c in label.Replace("&", "and", StringComparison.Ordinal).ToLowerInvariant())
        {
            var plain = Accented.IndexOf(c) is >= 0 and var at ? Plain[at] : c;
            if (char.IsAsciiLetterOrDigit(plain))
                slug.Append(plain);
            else if (plain is not ('\'' or '’') && slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }

        return slug.ToString().TrimEnd('-');
    }
}
