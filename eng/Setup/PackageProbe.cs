using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MlNetConvVis.Setup;

/// <summary>
/// Finds out which packages restore: one project for each of them, all in one restore. For a large package the project asks for a
/// version that cannot be (the wanted one's lowest pre-release), and NuGet's refusal tells the nearest that there is.
/// </summary>
internal sealed partial class PackageProbe(Repository repository)
{
    private const string Impossible = "-0";

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
        return [.. packages.Select(package => Read(package, Path.Combine(folder, "probe-" + package.Id, "obj", "project.assets.json"), output))];
    }

    private static string ProjectOf(OptionalPackage package) => $"probe-{package.Id}/probe-{package.Id}.csproj";

    private static void WriteProject(OptionalPackage package, string folder)
    {
        var project = Path.Combine(folder, ProjectOf(package));
        var item = package.Large
            ? $"<PackageDownload Include=\"@(PackageVersion->WithMetadataValue('Identity','{package.Id}'))\"><Version>[%(Version){Impossible}]</Version></PackageDownload>"
            : $"""<PackageReference Include="{package.Id}" />""";
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{WorldInputs.PackageSource}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>{item}</ItemGroup>
            </Project>
            """);
    }

    private static PackageStatus Read(OptionalPackage package, string assets, string output)
    {
        if (!File.Exists(assets))
            throw new SetupException(BuildFailure.Explain($"cannot find out whether {package.Id} restores", output));
        var document = JsonNode.Parse(File.ReadAllText(assets))!;
        var errors = (document["logs"] as JsonArray ?? []).Where(static log => Text(log, "level") == "Error").ToArray();
        if (errors.FirstOrDefault(static log => Text(log, "code") == "NU1301") is { } unreachable)
            throw new SetupException(BuildFailure.Unreachable(Text(unreachable, "message")));
        var framework = document["project"]!["frameworks"]!.AsObject().First().Value!;
        return package.Large ? ReadRefusal(package.Id, framework, errors) : ReadRestore(package.Id, framework, errors, document);
    }

    private static PackageStatus ReadRestore(string id, JsonNode framework, JsonNode?[] errors, JsonNode assets)
    {
        var wanted = LowerBound(framework["dependencies"]![id]!["version"]!.GetValue<string>());
        if (errors is [var first, ..])
            return new PackageStatus(id, wanted, Wanted: true, Served: false, Reason(id, first));
        var version = assets["libraries"]!.AsObject().Select(static library => library.Key.Split('/'))
            .First(library => library[0].Equals(id, StringComparison.OrdinalIgnoreCase))[1];
        return Served(id, wanted, version, "restores");
    }

    private static PackageStatus ReadRefusal(string id, JsonNode framework, JsonNode?[] errors)
    {
        var asked = LowerBound(framework["downloadDependencies"]!.AsArray().Single()!["version"]!.GetValue<string>());
        var wanted = asked[..^Impossible.Length];
        var refusal = errors.FirstOrDefault(static error => Text(error, "code") is "NU1101" or "NU1102" or "NU1103")
            ?? throw new SetupException($"cannot find out whether {id} restores: {(errors is [var other, ..] ? Text(other, "message") : $"NuGet knows a version {asked}")}");
        var newer = NearestVersion().Matches(Text(refusal, "message")).Select(static match => match.Groups[1].Value)
            .Where(version => Comparable(version) >= Comparable(wanted)).MinBy(Comparable);
        return newer is null
            ? new PackageStatus(id, wanted, Wanted: true, Served: false, Reason(id, refusal))
            : Served(id, wanted, newer, "is served");
    }

    private static PackageStatus Served(string id, string wanted, string version, string how) =>
        new(id, version, Wanted: true, Served: true, version == wanted ? how : $"{how}; {wanted} is wanted, {version} is the nearest that is served");

    private static string Reason(string id, JsonNode? error)
    {
        var missing = error!["libraryId"]?.GetValue<string>() ?? id;
        var subject = missing.Equals(id, StringComparison.OrdinalIgnoreCase) ? "" : $"needs {missing}: ";
        return subject + Text(error, "code") switch
        {
            "NU1101" => "no package source has it",
            "NU1102" or "NU1103" => "the package sources have no version of it that will do",
            var code => $"{code}: {Text(error, "message").Split('\n')[0].Trim()}",
        };
    }

    private static string LowerBound(string range) => range.Trim('[', ']', '(', ')', ' ').Split(',')[0].Trim();

    private static Version Comparable(string version) => Version.Parse(version.Split('-', '+')[0]);

    private static string Text(JsonNode? node, string name) => node![name]!.GetValue<string>();

    [GeneratedRegex(@"Nearest version: ([^\s\]]+)")]
    private static partial Regex NearestVersion();
}
