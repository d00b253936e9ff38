using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MlNetConvVis.Specs.Yaml;

/// <summary>Reads YAML files whose top level is a map, keeping the place of everything in it.</summary>
public static class YamlFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="environment">Gives the value of a variable for <c>${NAME}</c>, null when unset; the process's environment when null.</param>
    /// <returns>The top-level map.</returns>
    /// <exception cref="SpecException">The file cannot be read, is malformed, or its top level is no map.</exception>
    public static YamlMap Read(string path, Func<string, string?>? environment = null) => Parse(ReadText(path), path, environment);

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="file">What error messages call it.</param>
    /// <param name="environment">Gives the value of a variable for <c>${NAME}</c>, null when unset; the process's environment when null.</param>
    /// <returns>The top-level map.</returns>
    /// <exception cref="SpecException">The text is malformed, or its top level is no map.</exception>
    public static YamlMap Parse(string text, string file, Func<string, string?>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        var stream = new YamlStream();
        try
        {
            YamlEvents.Check(text, file);
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new SpecException(YamlEvents.PositionIn(text, file, e.Start), $"malformed YAML: {e.Message.TrimEnd('.')}.", e);
        }
        catch (ArgumentException e)
        {
            throw new SpecException(new SourcePosition(file, 0, 0), $"malformed YAML: {e.Message.TrimEnd('.')}.", e);
        }

        if (stream.Documents.Count != 1)
        {
            throw new SpecException(new SourcePosition(file, 0, 0), stream.Documents.Count == 0
                ? "the file is empty; a YAML map was wanted."
                : $"the file holds {stream.Documents.Count} YAML documents (split by '---'); one was wanted.");
        }

        return new YamlValue(stream.Documents[0].RootNode, file, "", environment ?? Environment.GetEnvironmentVariable).AsMap();
    }

    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpecException(new SourcePosition(path, 0, 0), e is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file." : Directory.Exists(path) ? "it is a folder; a YAML file was wanted." : $"the file cannot be read: {e.Message}", e);
        }
    }
}
