using System.Runtime.InteropServices;

namespace MlNetConvVis.Setup;

/// <summary>What this machine takes from the npm packages.</summary>
/// <param name="Rid">Its .NET runtime identifier, such as linux-x64.</param>
/// <param name="OnnxRuntimeFolder">Folder of ONNX Runtime's native libraries in its npm package; null where it ships none.</param>
/// <param name="LibvipsPackage">The npm package with libvips; null where there is none.</param>
internal sealed record NativePlatform(string Rid, string? OnnxRuntimeFolder, string? LibvipsPackage)
{
    public const string OnnxRuntimePackage = "com.github.asus4.onnxruntime";

    public const string OnnxRuntimeCudaPackage = "com.github.asus4.onnxruntime.linux-x64-gpu";

    public static NativePlatform Current { get; } = For(OperatingSystemName(), RuntimeInformation.OSArchitecture);

    /// <summary>Whether a word of the runtime identifier, such as linux or x64, holds of this machine.</summary>
    public bool Is(string word) => Rid.Split('-').Contains(word);

    public bool HasCudaPackage => Rid == "linux-x64";

    private static NativePlatform For(string system, Architecture architecture) => (system, architecture) switch
    {
        ("linux", Architecture.X64) => new("linux-x64", "Plugins/Linux/x64", "@img/sharp-libvips-linux-x64"),
        ("linux", Architecture.Arm64) => new("linux-arm64", null, "@img/sharp-libvips-linux-arm64"),
        ("linux-musl", Architecture.X64) => new("linux-musl-x64", null, "@img/sharp-libvips-linuxmusl-x64"),
        ("linux-musl", Architecture.Arm64) => new("linux-musl-arm64", null, "@img/sharp-libvips-linuxmusl-arm64"),
        ("osx", Architecture.X64) => new("osx-x64", null, "@img/sharp-libvips-darwin-x64"),
        ("osx", Architecture.Arm64) => new("osx-arm64", "Plugins/macOS/arm64", "@img/sharp-libvips-darwin-arm64"),
        ("win", Architecture.X64) => new("win-x64", "Plugins/Windows/x64", "@img/sharp-libvips-win32-x64"),
        ("win", Architecture.Arm64) => new("win-arm64", "Plugins/Windows/arm64", "@img/sharp-libvips-win32-arm64"),
        var (name, processor) => new($"{name}-{processor.ToString().ToLowerInvariant()}", null, null),
    };

    private static string OperatingSystemName() =>
        OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : Directory.Exists("/lib") && Directory.EnumerateFiles("/lib", "ld-musl-*").Any() ? "linux-musl"
        : "linux";
}
