namespace MlNetConvVis.Tests.Scoring;

/// <summary>Folders of results beside one another.</summary>
internal static class ScoreFolders
{
    /// <summary>Checks that two folders hold the same files with the same bytes; locks and shards aside.</summary>
    public static void AssertEqual(string expected, string actual)
    {
        Assert.Equal(Files(expected), Files(actual));
        foreach (var name in Files(expected))
        {
            Assert.True(File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))),
                $"'{name}' differs");
        }
    }

    /// <summary>Gets the rows of scores.csv, its head first.</summary>
    public static string[] Table(string folder) => File.ReadAllLines(Path.Combine(folder, "scores.csv"));

    private static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f)).Where(static f => f != ".lock" && !f.StartsWith("shards", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
