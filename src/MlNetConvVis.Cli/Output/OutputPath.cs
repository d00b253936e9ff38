using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Output;

/// <summary>Checks where results shall go before the work begins. Nothing is made yet: a call that is refused later leaves nothing behind, and whatever
/// writes a file makes its folder.</summary>
internal static class OutputPath
{
    public static string Folder(Arguments given, ValueOption option)
    {
        var folder = given.Required(option);
        if (System.IO.File.Exists(folder)) throw new UsageException($"{option.Name} is '{folder}', which is a file; {option.Wanted} was wanted.");
        EnsureWritable(option, folder, folder);
        return folder;
    }

    public static string File(Arguments given, ValueOption option, params string[] endings)
    {
        var file = given.Required(option);
        if (!endings.Contains(Path.GetExtension(file))) throw Arguments.Wrong(option, file);
        if (Directory.Exists(file)) throw new UsageException($"{option.Name} is '{file}', which is a folder; {option.Wanted} was wanted.");
        EnsureWritable(option, file, Path.GetDirectoryName(Path.GetFullPath(file))!);
        return file;
    }

    /// <summary>A folder for pictures, or one array of everything.</summary>
    public static string ForMany(Arguments given, ValueOption option)
    {
        var file = given.Required(option);
        if (file.EndsWith(".npy", StringComparison.Ordinal)) return File(given, option, ".npy");
        return file.EndsWith(".png", StringComparison.Ordinal)
            ? throw new UsageException($"{option.Name} is '{file}', but there may be many pictures; a folder for them, or a .npy file, was wanted.")
            : Folder(given, option);
    }

    /// <summary>Writes and removes a file in the folder, or where it is missing in the nearest folder above it.</summary>
    private static void EnsureWritable(ValueOption option, string given, string folder)
    {
        try
        {
            var nearest = Path.GetFullPath(folder);
            while (!Directory.Exists(nearest))
            {
                if (System.IO.File.Exists(nearest)) throw new IOException($"'{nearest}' is a file");
                nearest = Path.GetDirectoryName(nearest) ?? throw new IOException($"'{nearest}' does not exist");
            }

            using var probe = System.IO.File.Create(Path.Combine(nearest, $".{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{option.Name} is '{given}', but the folder '{folder}' cannot be made or written ({e.Message.TrimEnd('.')}); another place was wanted.");
        }
    }
}
