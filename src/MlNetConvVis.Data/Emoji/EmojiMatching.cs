namespace MlNetConvVis.Data.Emoji;

/// <summary>Finds each artist's drawing of each symbol.</summary>
/// <remarks>
/// Newer sets have a table of codes; the older ones (noto-v1, emojione, emojione-v1) have names only, from several years of Unicode. So
/// three rounds, the surest first, and a drawing taken in one is gone for the next: 1. the set's own code, 2. the symbol's label,
/// 3. any name that the sets with codes give this symbol and no other.
/// </remarks>
internal static class EmojiMatching
{
    /// <summary>For each set, icon names by symbol code.</summary>
    public static Dictionary<string, string>[] Match(IReadOnlyList<EmojiSymbol> symbols, IReadOnlyList<IconSet> sets)
    {
        var names = OwnNames(symbols, sets);
        return [.. sets.Select(set => Match(symbols, set, names))];
    }

    private static Dictionary<string, string> Match(IReadOnlyList<EmojiSymbol> symbols, IconSet set, Dictionary<string, List<string>> names)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        Round(symbol => [set.ByCode(symbol.Code)]);
        Round(symbol => [set.ByName(symbol.Name)]);
        Round(symbol => names[symbol.Code].Select(set.ByName));
        return found;

        void Round(Func<EmojiSymbol, IEnumerable<string?>> candidates)
        {
            foreach (var symbol in symbols)
            {
                if (found.ContainsKey(symbol.Code))
                    continue;
                if (candidates(symbol).OfType<string>().FirstOrDefault(icon => !taken.Contains(icon)) is { } free)
                {
                    found.Add(symbol.Code, free);
                    taken.Add(free);
                }
            }
        }
    }

    // "keycap" is what one set calls both keycap-hash and keycap-asterisk: a name of two symbols names neither.
    private static Dictionary<string, List<string>> OwnNames(IReadOnlyList<EmojiSymbol> symbols, IReadOnlyList<IconSet> sets)
    {
        var names = symbols.ToDictionary(
            s => s.Code, s => sets.SelectMany(set => set.NamesOf(s.Code)).Distinct(StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal);
        var uses = names.Values.SelectMany(n => n).CountBy(n => n).ToDictionary(StringComparer.Ordinal);
        return names.ToDictionary(n => n.Key, n => n.Value.Where(name => uses[name] == 1).ToList(), StringComparer.Ordinal);
    }
}
