namespace MlNetConvVis.Setup;

/// <summary>Goes through the optional packages and finds out of each whether it is wanted and restores.</summary>
internal sealed class PackageSurvey(Repository repository, NativePlatform platform, NvidiaDevice nvidia)
{
    private readonly Dictionary<string, PackageStatus> _known = [];

    /// <exception cref="SetupException">A package source cannot be reached.</exception>
    public IReadOnlyList<PackageStatus> Make(string workFolder)
    {
        var all = OptionalPackage.ReadAll(repository.PackageVersions);
        for (var round = 1; _known.Count < all.Count; round++)
        {
            OptionalPackage[] decidable = [.. all.Where(package => !_known.ContainsKey(package.Id) && package.InsteadOf.All(_known.ContainsKey))];
            if (decidable.Length == 0)
                throw new SetupException($"Directory.Packages.props: an InsteadOf names a package that is not optional, or packages name each other");
            AskFor(decidable, Path.Combine(workFolder, $"probes-{round}"));
        }

        return [.. all.Select(package => _known[package.Id])];
    }

    private void AskFor(OptionalPackage[] packages, string folder)
    {
        var unwanted = packages.ToDictionary(static package => package, WhyNotWanted);
        foreach (var (package, reason) in unwanted)
        {
            if (reason is not null)
                _known.Add(package.Id, new PackageStatus(package.Id, "", Wanted: false, Served: false, reason));
        }

        OptionalPackage[] open = [.. packages.Where(package => unwanted[package] is null)];
        if (open.Length == 0) return;
        foreach (var status in new PackageProbe(repository).Probe(open, folder))
            _known.Add(status.Id, status);
    }

    private string? WhyNotWanted(OptionalPackage package) =>
        package.WhyNotWanted(platform, nvidia)
        ?? (package.InsteadOf.FirstOrDefault(other => _known[other].Served) is { } better ? $"not wanted here: {better} is served" : null);
}
