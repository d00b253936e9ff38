namespace MlNetConvVis.Cli.Output;

/// <summary>What files are called where they stand side by side: their names, and as many folders before them as it takes to tell them apart.</summary>
internal static class FileTitles
{
    /// <summary>Names files.</summary>
    /// <param name="files">The files; the same one twice keeps one title.</param>
    /// <returns>A title for each, in their order.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> files)
    {
        string[][] paths = [.. files.Select(static f => Path.GetFullPath(f).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        var different = files.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Count();
        for (var length = 1; ; length++)
        {
            string[] titles = [.. paths.Select(p => string.Join('/', p.TakeLast(length)))];
            if (titles.Distinct(StringComparer.Ordinal).Count() == different || paths.All(p => p.Length <= length)) return titles;
        }
    }
}
