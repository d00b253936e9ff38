namespace MlNetConvVis.Specs;

/// <summary>Guesses which known name a misspelt one was meant to be.</summary>
public static class NearestName
{
    /// <summary>More names than this are not listed whole.</summary>
    private const int MostNamed = 60;

    private const int FewNamed = 8;

    /// <summary>Finds the known name with the fewest edits, if it is near enough to be meant.</summary>
    /// <param name="given">The name that is not known.</param>
    /// <param name="known">The names that are; upper and lower case count as equal.</param>
    /// <returns>The nearest; null when every known name differs in more than a third of the letters (two are always allowed).</returns>
    public static string? Of(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        var nearest = known.Select(name => (Name: name, Edits: Edits(given.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(static n => n.Edits).ThenBy(static n => n.Name, StringComparer.Ordinal).FirstOrDefault();
        return nearest.Name is { } found && nearest.Edits < found.Length && nearest.Edits <= Math.Max(2, given.Length / 3) ? found : null;
    }

    /// <summary>Puts known names in the order of likeness.</summary>
    /// <param name="given">The name that is not known.</param>
    /// <param name="known">The names that are; upper and lower case count as equal.</param>
    /// <returns>All of them: first those that begin with the given name, then the nearest; equally near ones in ordinal order.</returns>
    public static IEnumerable<string> Ranked(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        return known.OrderBy(name => !name.StartsWith(given, StringComparison.OrdinalIgnoreCase))
            .ThenBy(name => Edits(given.ToLowerInvariant(), name.ToLowerInvariant())).ThenBy(static name => name, StringComparer.Ordinal);
    }

    /// <summary>Says what may be written instead of an unknown name.</summary>
    /// <param name="given">The name that is not known.</param>
    /// <param name="known">The names that are.</param>
    /// <returns>A sentence: "Did you mean 'x'? Known: x, y, z."</returns>
    public static string Hint(string given, IReadOnlyCollection<string> known) => (Of(given, known) is { } meant ? $"Did you mean '{meant}'? " : "")
        + (known.Count <= MostNamed ? $"Known: {string.Join(", ", known)}." : $"Known are {known.Count}, the nearest: {string.Join(", ", Ranked(given, known).Take(FewNamed))}.");

    /// <summary>
    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment): d[i,j] = min(d[i-1,j] + 1, d[i,j-1] + 1,
    /// d[i-1,j-1] + differs, and d[i-2,j-2] + 1 where the last two letters are swapped).
    /// </summary>
    internal static int Edits(string a, string b)
    {
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) distance[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) distance[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var edits = Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                distance[i, j] = swapped ? Math.Min(edits, distance[i - 2, j - 2] + 1) : edits;
            }
        }

        return distance[a.Length, b.Length];
    }
}
