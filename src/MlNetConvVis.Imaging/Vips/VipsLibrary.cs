using System.Runtime.InteropServices;

namespace MlNetConvVis.Imaging.Vips;

/// <summary>Finds the one file that holds libvips, GLib and all codecs (as the npm package @img/sharp-libvips-* ships it).</summary>
/// <remarks>
/// Looked in, in this order: <c>CONVVIS_LIBVIPS</c> (a file or folder), the program's own folder, its <c>runtimes/RID/native</c>, the folders that .NET
/// looks in for the native parts of packages, and <c>.world/libvips</c> of the program's folder and every folder above it.
/// </remarks>
internal static class VipsLibrary
{
    /// <summary>The environment variable that names the library, or the folder it lies in.</summary>
    public const string PathVariable = "CONVVIS_LIBVIPS";

    private static readonly string s_pattern =
        OperatingSystem.IsWindows() ? "libvips-*.dll" : OperatingSystem.IsMacOS() ? "libvips-cpp*.dylib" : "libvips-cpp.so*";

    /// <summary>Loads the library.</summary>
    /// <exception cref="DllNotFoundException">It is not there; the message says where it was looked for.</exception>
    public static nint Load()
    {
        var folders = Folders().ToArray();
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named && File.Exists(named))
            return NativeLibrary.Load(named);
        var found = folders.Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, s_pattern, new EnumerationOptions { RecurseSubdirectories = IsWorld(f) })
                .Order(StringComparer.Ordinal))
            .FirstOrDefault();
        return found is not null
            ? NativeLibrary.Load(found)
            : throw new DllNotFoundException($"no {s_pattern} in {string.Join(", ", folders)}");
    }

    private static bool IsWorld(string folder) => folder.Contains(".world", StringComparison.Ordinal);

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
            yield return named;
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        var packages = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in packages.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var world = Path.Combine(folder.FullName, ".world", "libvips");
            if (Directory.Exists(world))
                yield return world;
        }
    }
}
