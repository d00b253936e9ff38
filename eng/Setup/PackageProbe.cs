using System.Text.Json.Nodes;

namespace MlNetConvVis.Setup;

/// <summary>Finds out which packages restore: one project for each of them, all in one restore.</summary>
internal sealed class PackageProbe(Repository repository)
{
    /// <exception cref="SetupException">A package source cannot be reached, so nothing is known.</exception>
    public IReadOnlyList<PackageStatus> Probe(IReadOnlyList<OptionalPackage> packages, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), $"""<Project><Import Project="{repository.PackageVersions}" /></Project>""");
        foreach (var package in packages)
            WriteProject(package, folder);
        var solution = Path.Combine(folder, "probes.slnx");
        File.WriteAllText(solution, $"<Solution>{string.Concat(packages.Select(static package => $"""<Project Path="{ProjectOf(package)}" />"""))}</Solution>");
        var (_, output) = ChildProcess.Capture(ChildProcess.Dotnet, ["restore", solution, "-v", "minimal"], folder);
        return [.. packages.Select(package => Read(package, Path.Combine(folder, "probe-" + package.Id, "obj", "project.assets.json"), output, folder))];
    }

    private static string ProjectOf(OptionalPackage package) => $"probe-{package.Id}/probe-{package.Id}.csproj";

    private static void WriteProject(OptionalPackage package, string folder)
    {
        var project = Path.Combine(folder, ProjectOf(package));
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>$(ConvVisPackageSource)</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="{package.Id}" /></ItemGroup>
            </Project>
            """);
    }

    private static PackageStatus Read(OptionalPackage package, string assets, string output, string folder)
    {
        if (!File.Exists(assets))
            throw new SetupException(BuildFailure.Explain($"cannot find out whether {package.Id} restores", output, folder));
        var document = JsonNode.Parse(File.ReadAllText(assets))!;
        var framework = document["project"]!["frameworks"]!.AsObject().First().Value!;
        var wanted = framework["dependencies"]![package.Id]!["version"]!.GetValue<string>();
        var version = wanted.Trim('[', ']', '(', ')', ' ').Split(',')[0];
        var errors = (document["logs"] as JsonArray ?? []).Where(static log => log!["level"]!.GetValue<string>() == "Error").ToArray();
        if (errors.FirstOrDefault(static log => log!["code"]!.GetValue<string>() is "NU1301" or "NU1900") is { } unreachable)
            throw new SetupException(BuildFailure.Unreachable(unreachable["message"]!.GetValue<string>()));
        return errors is [{ } first, ..]
            ? new PackageStatus(package.Id, version, Served: false, Reason(package.Id, first))
            : Restored(package.Id, version, document);
    }

    /// <summary>NuGet takes the next newer version where the wanted one is not served.</summary>
    private static PackageStatus Restored(string id, string wanted, JsonNode assets)
    {
        var version = assets["libraries"]!.AsObject().Select(static library => library.Key.Split('/'))
            .First(library => library[0].Equals(id, StringComparison.OrdinalIgnoreCase))[1];
        return new PackageStatus(id, version, Served: true, version == wanted ? "restores" : $"restores; {wanted} is wanted, {version} is the nearest that is served");
    }

    private static string Reason(string id, JsonNode error)
    {
        var missing = error["libraryId"]?.GetValue<string>() ?? id;
        var subject = missing.Equals(id, StringComparison.OrdinalIgnoreCase) ? "" : $"needs {missing}: ";
        return subject + error["code"]!.GetValue<string>() switch
        {
            "NU1101" => "no package source has it",
            "NU1102" or "NU1103" => "the package sources have other versions of it only",
            var code => $"{code}: {error["message"]!.GetValue<string>().Split('\n')[0].Trim()}",
        };
    }
}
