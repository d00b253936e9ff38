using System.Xml.Linq;

namespace MlNetConvVis.Setup;

/// <summary>A package that the product uses where it restores: a PackageVersion marked Optional in Directory.Packages.props.</summary>
/// <param name="Id">Its NuGet id.</param>
/// <param name="WantedOn">Words that must all hold of the machine: nvidia, or a part of its runtime identifier; "no-" before: must not.</param>
/// <param name="InsteadOf">It is of use only where none of these restores.</param>
/// <param name="Large">Whether it is too large to fetch only to know that it can be fetched.</param>
internal sealed record OptionalPackage(string Id, IReadOnlyList<string> WantedOn, IReadOnlyList<string> InsteadOf, bool Large)
{
    public static IReadOnlyList<OptionalPackage> ReadAll(string packageVersions) =>
    [
        .. XDocument.Load(packageVersions).Descendants("PackageVersion")
            .Where(static version => (bool?)version.Attribute("Optional") == true)
            .Select(static version => new OptionalPackage(
                (string)version.Attribute("Include")!, Words(version, "WantedOn"), Words(version, "InsteadOf"), (bool?)version.Attribute("Large") == true)),
    ];

    /// <summary>Why this machine does not want the package, or null when it does.</summary>
    public string? WhyNotWanted(NativePlatform platform, NvidiaDevice nvidia)
    {
        foreach (var word in WantedOn)
        {
            var negated = word.StartsWith("no-", StringComparison.Ordinal);
            var name = negated ? word[3..] : word;
            var holds = name == "nvidia" ? nvidia.Present : platform.Is(name);
            if (holds == negated)
                return name == "nvidia" ? $"not wanted here: {nvidia.Evidence}" : $"not wanted here: this is {platform.Rid}";
        }

        return null;
    }

    private static string[] Words(XElement version, string attribute) =>
        ((string?)version.Attribute(attribute) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
