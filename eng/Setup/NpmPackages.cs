using System.Text.Json.Nodes;

namespace MlNetConvVis.Setup;

/// <summary>Installs chosen ones of the packages that eng/npm pins, checked against the hashes in its lock file.</summary>
internal sealed class NpmPackages(Repository repository)
{
    public static bool IsAvailable => ChildProcess.Find("npm") is not null;

    /// <summary>Installs packages below a folder and returns the folder that then holds them, by package name.</summary>
    /// <exception cref="SetupException">npm failed.</exception>
    public string Install(IReadOnlyList<string> names, string folder)
    {
        var npm = ChildProcess.Find("npm")!;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "package.json"), Only(names, repository.NpmManifest));
        File.WriteAllText(Path.Combine(folder, "package-lock.json"), Only(names, repository.NpmLock));
        File.Copy(repository.NpmSettings, Path.Combine(folder, ".npmrc"));
        var (exitCode, output) = ChildProcess.Capture(npm, ["ci", "--loglevel=error"], folder);
        return exitCode == 0 ? Path.Combine(folder, "node_modules") : throw new SetupException(Explain(names, output));
    }

    public string VersionOf(string name) =>
        JsonNode.Parse(File.ReadAllText(repository.NpmManifest))!["dependencies"]![name]!.GetValue<string>();

    /// <summary>The manifest or lock file with nothing but the named packages in it: npm would fetch all platforms' otherwise.</summary>
    private static string Only(IReadOnlyList<string> names, string file)
    {
        var document = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        Keep(document["dependencies"], names);
        if (document["packages"] is JsonObject packages)
        {
            Keep(packages[""]!["dependencies"], names);
            Keep(packages, [.. names.Select(static name => "node_modules/" + name), ""]);
        }

        return document.ToJsonString();
    }

    private static void Keep(JsonNode? entries, IReadOnlyList<string> names)
    {
        if (entries is not JsonObject all)
            return;
        foreach (var key in all.Select(static entry => entry.Key).Where(key => !names.Contains(key)).ToArray())
            all.Remove(key);
    }

    private static string Explain(IReadOnlyList<string> names, string output)
    {
        var what = $"npm could not install {string.Join(" and ", names)}";
        if (output.Contains("ENOSPC", StringComparison.Ordinal))
            return DiskSpace.Exhausted(what);
        if (s_networkErrors.FirstOrDefault(code => output.Contains(code, StringComparison.Ordinal)) is { } network)
            return $"{what}: its registry cannot be reached ({network}); check the network, or the registry that 'npm config get registry' names, and run again";
        var reason = output.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? output.Trim();
        return $"{what}: {reason.Trim()}; mend that and run again";
    }

    private static readonly string[] s_networkErrors =
        ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "FETCH_ERROR"];
}
