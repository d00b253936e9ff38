namespace MlNetConvVis.Data.Emoji;

/// <summary>Which drawings become which pictures: the whole data set before any pixel is drawn.</summary>
internal static class EmojiPlan
{
    public sealed record Entry(EmojiPicture Picture, IconSet Set, string Icon);

    /// <summary>Picks symbols with enough artists, subgroups with enough symbols, and sets target classes apart.</summary>
    /// <exception cref="DataException">The options leave no classes.</exception>
    public static Entry[] Make(IReadOnlyList<EmojiSymbol> symbols, IReadOnlyList<IconSet> sets, EmojiDatasetOptions options)
    {
        var icons = EmojiMatching.Match(symbols, sets);
        var classes = symbols
            .Where(s => icons.Count(found => found.ContainsKey(s.Code)) >= options.MinimumArtists)
            .GroupBy(s => s.Subgroup, StringComparer.Ordinal)
            .Where(group => group.Count() >= options.MinimumSymbols)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        if (classes.Length <= options.TargetClasses)
        {
            throw new DataException(
                $"Emoji data set: {classes.Length} classes have {options.MinimumSymbols} symbols by {options.MinimumArtists} artists, " +
                $"and {options.TargetClasses} are to be set apart. Lower one of these numbers.");
        }

        var targets = Targets([.. classes.Select(c => c.Key)], options);
        var sameName = symbols.CountBy(s => s.Name).ToDictionary(StringComparer.Ordinal);
        return [.. from subgroup in classes
                   from symbol in subgroup
                   let name = sameName[symbol.Name] == 1 ? symbol.Name : $"{symbol.Name}-{symbol.Code}"
                   from i in Enumerable.Range(0, sets.Count)
                   where icons[i].ContainsKey(symbol.Code)
                   let picture = Picture(subgroup.Key, targets.Contains(subgroup.Key), name, sets[i].Artist, options)
                   select new Entry(picture, sets[i], icons[i][symbol.Code])];
    }

    // The first so many of the shuffled names.
    private static HashSet<string> Targets(string[] classes, EmojiDatasetOptions options)
    {
        new SplitMix64(options.Seed).Shuffle<string>(classes);
        return new HashSet<string>(classes.Take(options.TargetClasses), StringComparer.Ordinal);
    }

    private static EmojiPicture Picture(string subgroup, bool isTarget, string symbol, string artist, EmojiDatasetOptions options)
    {
        var domain = isTarget ? EmojiPicture.Target : EmojiPicture.Source;
        return new EmojiPicture($"{domain}/{subgroup}/{symbol}__{artist}.png", subgroup, domain, symbol, artist,
            artist == options.HeldOutArtist ? EmojiPicture.Test : EmojiPicture.Train);
    }
}
