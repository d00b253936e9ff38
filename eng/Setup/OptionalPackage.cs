using System.Xml.Linq;

namespace MlNetConvVis.Setup;

/// <summary>A package that the product uses where it restores: a PackageVersion marked Optional in Directory.Packages.props.</summary>
/// <param name="Id">Its NuGet id.</param>
/// <param name="WantedOn">Words that must all hold of the machine (linux, win, osx, nvidia; with "no-" before: must not).</param>
/// <param name="InsteadOf">The package that it stands in for where that one does not restore; null for none.</param>
internal sealed record OptionalPackage(string Id, IReadOnlyList<string> WantedOn, string? InsteadOf)
{
    public static IReadOnlyList<OptionalPackage> ReadAll(string packageVersions) =>
    [
        .. XDocument.Load(packageVersions).Descendants("PackageVersion")
            .Where(static version => (bool?)version.Attribute("Optional") == true)
            .Select(static version => new OptionalPackage(
                (string)version.Attribute("Include")!,
                ((string?)version.Attribute("WantedOn") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
                (string?)version.Attribute("InsteadOf"))),
    ];

    /// <summary>Why this machine does not want the package, or null when it does.</summary>
    public string? WhyNotWanted(NativePlatform platform, NvidiaDevice nvidia)
    {
        foreach (var word in WantedOn)
        {
            var negated = word.StartsWith("no-", StringComparison.Ordinal);
            var name = negated ? word[3..] : word;
            var holds = name == "nvidia" ? nvidia.Present : platform.Rid.Split('-')[0] == name;
            if (holds == negated)
                return name == "nvidia" ? $"not wanted here: {nvidia.Evidence}" : $"not wanted here: this is {platform.Rid}";
        }

        return null;
    }
}
