using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>Names of WordNet synsets: n01443537 is 'goldfish'.</summary>
internal static class SynsetNames
{
    /// <summary>Takes the names from lines of wnid, white space, words with commas between.</summary>
    /// <returns>For each wnid its first word; where several have the same one (crane, the bird, and crane, the machine) the wnid behind it.</returns>
    /// <exception cref="DataException">The file says nothing of some of them.</exception>
    public static string[] Read(FileTree tree, string file, IReadOnlyList<string> wnids)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, text) in tree.Lines(file))
        {
            var end = text.AsSpan().IndexOfAny(' ', '\t');
            if (end > 0) words[text[..end]] = text[(end + 1)..].Split(',')[0].Trim();
        }

        string[] unnamed = [.. wnids.Where(w => !words.ContainsKey(w))];
        if (unnamed.Length > 0) throw new DataException($"'{tree.NameOf(file)}' has no line for {NamedList.Of(unnamed)}.");
        var shared = wnids.CountBy(w => words[w]).Where(static c => c.Value > 1).Select(static c => c.Key).ToHashSet(StringComparer.Ordinal);
        return [.. wnids.Select(w => shared.Contains(words[w]) ? $"{words[w]} ({w})" : words[w])];
    }
}
