using System.Text.Json;

namespace MlNetConvVis.Runtime;

/// <summary>What set-up found out about the machine that this program was built on: which packages restore there, what comes from where, and why.</summary>
/// <remarks>Set-up (eng/Setup) writes it to .world/world.json; the build lays a copy beside each program.</remarks>
public sealed record PackageWorld
{
    /// <summary>Name of the file beside the program.</summary>
    public const string FileName = "world.json";

    private static readonly JsonSerializerOptions s_format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Gets the platform, as a .NET runtime identifier such as linux-x64.</summary>
    public required string Platform { get; init; }

    /// <summary>Gets whether set-up saw an NVIDIA device.</summary>
    public required bool NvidiaDevice { get; init; }

    /// <summary>Gets how set-up knows.</summary>
    public required string NvidiaEvidence { get; init; }

    /// <summary>Gets the extra package source that a developer asked for; empty for none.</summary>
    public required string PackageSource { get; init; }

    /// <summary>Gets where ONNX Runtime comes from.</summary>
    public required NativeLibrarySource OnnxRuntime { get; init; }

    /// <summary>Gets where ONNX Runtime's CUDA provider comes from.</summary>
    public required NativeLibrarySource OnnxRuntimeCuda { get; init; }

    /// <summary>Gets where libvips comes from.</summary>
    public required NativeLibrarySource Libvips { get; init; }

    /// <summary>Gets the optional packages: those that restore, those that do not, and those that this machine has no use for.</summary>
    public required IReadOnlyList<OptionalPackageStatus> Packages { get; init; }

    /// <summary>Gets what was found for the running program; null for a program that was not built in a checkout of MlNetConvVis.</summary>
    /// <exception cref="InvalidDataException">The file beside the program is not what set-up writes.</exception>
    public static PackageWorld? OfThisProgram =>
        Path.Combine(AppContext.BaseDirectory, FileName) is var file && File.Exists(file) ? Read(file) : null;

    /// <summary>Reads what set-up wrote.</summary>
    /// <param name="file">The file, such as .world/world.json.</param>
    /// <exception cref="InvalidDataException">The file is not what set-up writes.</exception>
    public static PackageWorld Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<PackageWorld>(File.ReadAllText(file), s_format)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException(
                $"'{file}' is not what set-up writes ({failure.Message}). Run 'eng/setup.sh setup --again' and build again.", failure);
        }
    }

    /// <summary>Looks up a package.</summary>
    /// <param name="id">Its NuGet id, such as Microsoft.ML.</param>
    /// <returns>What is known of it; null when it is none of the optional packages.</returns>
    public OptionalPackageStatus? Package(string id) => Packages.FirstOrDefault(package => package.Id == id);
}

/// <summary>Whether an optional package restores on the machine that built this, and why not.</summary>
/// <param name="Id">Its NuGet id.</param>
/// <param name="Version">The version that restores; for one that does not, the version that is wanted; empty for one that is not wanted.</param>
/// <param name="Wanted">Whether that machine has a use for it: no CUDA package without a device.</param>
/// <param name="Served">Whether it restores and is used.</param>
/// <param name="Reason">Why, or why not.</param>
public sealed record OptionalPackageStatus(string Id, string Version, bool Wanted, bool Served, string Reason);

/// <summary>Where a native library comes from.</summary>
/// <param name="From">"nuget", "npm" or "none".</param>
/// <param name="Package">Name of the package; empty for none.</param>
/// <param name="Version">Version of that package; empty for none.</param>
/// <param name="Reason">Why it comes from there, or why there is none.</param>
public sealed record NativeLibrarySource(string From, string Package, string Version, string Reason);
