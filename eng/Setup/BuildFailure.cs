namespace MlNetConvVis.Setup;

/// <summary>Turns what a failed dotnet build or restore printed into one line.</summary>
internal static class BuildFailure
{
    public static string Explain(string what, string log)
    {
        if (log.Contains("No space left on device", StringComparison.Ordinal) || log.Contains("not enough space on the disk", StringComparison.Ordinal))
            return DiskSpace.Exhausted(what);
        var error = log.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? log.Trim();
        return log.Contains("NU1301", StringComparison.Ordinal) ? Unreachable(error) : $"{what}: {error}";
    }

    public static string Unreachable(string detail) =>
        $"a NuGet package source cannot be reached, so set-up cannot know what it serves ({detail.Trim().Split('\n')[0].TrimEnd('.')}); "
        + "check the network and the sources that 'dotnet nuget list source' names, and run again";
}
