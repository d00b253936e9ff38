using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Output;

/// <summary>Checks where results shall go before the work begins.</summary>
internal static class OutputPath
{
    public static string Folder(Arguments given, ValueOption option)
    {
        var folder = given.Required(option);
        Make(option, folder, folder);
        return folder;
    }

    public static string File(Arguments given, ValueOption option, params string[] endings)
    {
        var file = given.Required(option);
        if (!endings.Contains(Path.GetExtension(file))) throw Arguments.Wrong(option, file);
        if (Directory.Exists(file)) throw new UsageException($"{option.Name} is '{file}', which is a folder; {option.Wanted} was wanted.");
        Make(option, file, Path.GetDirectoryName(Path.GetFullPath(file))!);
        return file;
    }

    private static void Make(ValueOption option, string given, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = System.IO.File.Create(Path.Combine(folder, $".{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{option.Name} is '{given}', but the folder '{folder}' cannot be made or written ({e.Message.TrimEnd('.')}); another place was wanted.");
        }
    }
}
