using System.Collections.Concurrent;

namespace MlNetConvVis.MLNet;

/// <summary>A file that is deleted when it is disposed of, forgotten, or the process ends; none but its owner can read it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> s_present = new(StringComparer.Ordinal);

    static TemporaryFile() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        foreach (var path in s_present.Keys) Delete(path);
    };

    /// <param name="folder">Where it lies.</param>
    /// <param name="extension">How its name ends, with the dot.</param>
    /// <param name="bytes">What it holds.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TemporaryFile(string folder, string extension, ReadOnlySpan<byte> bytes)
    {
        Path = System.IO.Path.Combine(folder, $"convvis-{Guid.NewGuid():N}{extension}");
        s_present[Path] = true;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(Path, options);
        file.Write(bytes);
    }

    ~TemporaryFile() => Delete(Path);

    /// <summary>Gets its path.</summary>
    public string Path { get; }

    public void Dispose()
    {
        Delete(Path);
        GC.SuppressFinalize(this);
    }

    /// <summary>Windows keeps a file that is open; then it goes with the process.</summary>
    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
            s_present.TryRemove(path, out _);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // stays in the list for the end of the process
        }
    }
}
