using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace MlNetConvVis.Data.Emoji;

/// <summary>The npm packages that hold the drawings and their names, at the versions of pipelines/emoji/package-lock.json.</summary>
internal static class EmojiPackages
{
    private static readonly string[] s_manifest = ["package.json", "package-lock.json", ".npmrc"];

    /// <summary>The icon sets, one artist each; their order decides which name is tried first.</summary>
    public static IReadOnlyList<string> Artists { get; } =
        ["twemoji", "noto", "noto-v1", "openmoji", "emojione", "emojione-v1", "fluent-emoji-flat"];

    /// <summary>Changes when any package does.</summary>
    public static string LockHash { get; } = Convert.ToHexString(SHA256.HashData(Resource("package-lock.json")))[..16];

    /// <summary>Installs the packages, unless they are there.</summary>
    /// <exception cref="DataException">No npm, or npm failed; nothing half-installed stays.</exception>
    public static void Install(string directory, CancellationToken cancellation)
    {
        if (IsInstalled(directory))
            return;
        var partial = directory.TrimEnd(Path.DirectorySeparatorChar) + ".partial";
        Remove(partial);
        try
        {
            Directory.CreateDirectory(partial);
            foreach (var name in s_manifest)
                File.WriteAllBytes(Path.Combine(partial, name), Resource(name));
            RunNpm(partial, cancellation);
            Remove(directory);
            Directory.Move(partial, directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"The emoji packages cannot be installed in '{directory}': {e.Message} Free some space or check the rights.", e);
        }
        finally
        {
            Remove(partial);
        }
    }

    // A folder gets its name only after npm was through, so the lock file in it says that all is there.
    private static bool IsInstalled(string directory)
    {
        var file = Path.Combine(directory, "package-lock.json");
        return File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(Resource("package-lock.json"));
    }

    private static void RunNpm(string directory, CancellationToken cancellation)
    {
        string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        var start = new ProcessStartInfo { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.FileName = OperatingSystem.IsWindows() ? "cmd.exe" : "npm";      // npm is a script; on Windows only a shell finds it
        foreach (var argument in OperatingSystem.IsWindows() ? ["/c", "npm", .. arguments] : arguments)
            start.ArgumentList.Add(argument);
        using var npm = Start(start);
        var (output, error) = (npm.StandardOutput.ReadToEndAsync(cancellation), npm.StandardError.ReadToEndAsync(cancellation));
        using (cancellation.Register(() => npm.Kill(entireProcessTree: true)))
            npm.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (npm.ExitCode != 0)
        {
            var lines = (error.Result + output.Result).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var said = string.Join(' ', lines.Take(4));
            throw new DataException(
                $"The emoji packages cannot be installed: npm ended with {npm.ExitCode} ({said}). " +
                "Check the network, the npm registry and the disk space, then run again.");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DataException(
                "The emoji packages cannot be installed: npm is not on the PATH. Install Node.js (it brings npm), then run again.", e);
        }
    }

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(EmojiPackages).Assembly.GetManifestResourceStream($"emoji/{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
