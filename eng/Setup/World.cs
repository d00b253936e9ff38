using System.Text.Json;
using System.Xml.Linq;

namespace MlNetConvVis.Setup;

/// <summary>Whether a package restores here, and why not.</summary>
/// <param name="Id">Its NuGet id.</param>
/// <param name="Version">The version that restores; for one that does not, the version that is wanted.</param>
/// <param name="Wanted">Whether this machine has a use for it.</param>
/// <param name="Served">Whether it restores and is used.</param>
/// <param name="Reason">Why, or why not.</param>
internal sealed record PackageStatus(string Id, string Version, bool Wanted, bool Served, string Reason);

/// <summary>A native library and where it comes from.</summary>
/// <param name="From">"nuget", "npm" or "none".</param>
/// <param name="Package">Name of the package; empty for none.</param>
/// <param name="Version">Version of that package; empty for none.</param>
/// <param name="Reason">Why it comes from there.</param>
internal sealed record NativeSource(string From, string Package, string Version, string Reason)
{
    public static NativeSource None(string reason) => new("none", "", "", reason);
}

/// <summary>What set-up found out about this machine. MlNetConvVis.Runtime.PackageWorld reads the same file.</summary>
internal sealed record World
{
    /// <summary>Digest of all that the findings depend on.</summary>
    public required string Inputs { get; init; }

    public required string Platform { get; init; }

    public required bool NvidiaDevice { get; init; }

    public required string NvidiaEvidence { get; init; }

    /// <summary>An extra package source that a developer asked for; empty for none.</summary>
    public required string PackageSource { get; init; }

    public required NativeSource OnnxRuntime { get; init; }

    /// <summary>ONNX Runtime's CUDA provider.</summary>
    public required NativeSource OnnxRuntimeCuda { get; init; }

    public required NativeSource Libvips { get; init; }

    public required IReadOnlyList<PackageStatus> Packages { get; init; }

    private static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads what an earlier set-up wrote; null when there is none, or none that this version understands.</summary>
    public static World? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<World>(File.ReadAllText(file), Format);
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the file for people and doctor, then the one for MSBuild; each appears whole or not at all.</summary>
    public void Write(Repository repository)
    {
        WriteWhole(repository.WorldProps, ToProps().ToString() + "\n");
        WriteWhole(repository.WorldJson, JsonSerializer.Serialize(this, Format) + "\n");
    }

    private XElement ToProps()
    {
        var served = Packages.Where(static package => package.Served).ToArray();
        return new XElement("Project",
            new XComment(" Written by set-up (eng/Setup). "),
            new XElement("PropertyGroup",
                new XElement("ServedPackages", ";" + string.Concat(served.Select(static package => package.Id + ";"))),
                new XElement("OnnxRuntimeFrom", OnnxRuntime.From),
                new XElement("LibvipsFrom", Libvips.From),
                new XElement("ConvVisPackageSource", PackageSource)),
            new XElement("ItemGroup", served.Select(static package =>
                new XElement("ServedPackage", new XAttribute("Include", package.Id), new XAttribute("Version", package.Version)))));
    }

    private static void WriteWhole(string file, string text)
    {
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
