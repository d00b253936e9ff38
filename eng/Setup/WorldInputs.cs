using System.Security.Cryptography;
using System.Text;

namespace MlNetConvVis.Setup;

/// <summary>All that set-up's findings depend on; when its digest changes, set-up looks again.</summary>
internal static class WorldInputs
{
    /// <summary>A folder or address with packages that a developer adds to the sources, from the environment; empty for none.</summary>
    public static string PackageSource { get; } = Environment.GetEnvironmentVariable("CONVVIS_PACKAGE_SOURCE") is { Length: > 0 } source
        ? source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source)
        : "";

    /// <summary>Whether ONNX Runtime is to come from npm even where NuGet serves it: to try that world.</summary>
    public static bool NpmAsked { get; } = Environment.GetEnvironmentVariable("CONVVIS_ONNXRUNTIME") == "npm";

    public static string Digest(Repository repository, NvidiaDevice nvidia)
    {
        var text = new StringBuilder();
        foreach (var file in new[] { repository.PackageVersions, repository.NpmManifest, repository.NpmLock, repository.BindingProject })
            text.Append(File.ReadAllText(file)).Append('\0');
        foreach (var package in OptionalPackage.ReadAll(repository.PackageVersions))
            text.Append(Environment.GetEnvironmentVariable(VersionVariable(package.Id))).Append('\0');
        text.Append(PackageSource).Append('\0').Append(NpmAsked).Append('\0').Append(nvidia.Present).Append('\0').Append(NativePlatform.Current.Rid);
        text.Append('\0').Append(typeof(WorldInputs).Module.ModuleVersionId);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The property, or environment variable, that replaces a package's version: TorchSharpVersion for TorchSharp-cpu.</summary>
    private static string VersionVariable(string id) => id.Split('-')[0].Replace(".", "", StringComparison.Ordinal) + "Version";
}
