using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MlNetConvVis.Specs.Yaml;

/// <summary>Reads YAML files whose top level is a map, keeping the place of everything in it.</summary>
public static class YamlFile
{
    private const int DeepestNesting = 64;

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
            RefuseDeepNesting(text, file);
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new SpecException(new SourcePosition(file, (int)e.Start.Line, (int)e.Start.Column), $"malformed YAML: {Sentence(e)}", e);
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
                ? "there is no such file." : $"the file cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Building the tree recurses, the events do not: a depth that would overflow the stack is found here.</summary>
    private static void RefuseDeepNesting(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext(); depth += parser.Current!.NestingIncrease)
        {
            if (depth > DeepestNesting && parser.Current is NodeEvent { Start: var at })
                throw new SpecException(new SourcePosition(file, (int)at.Line, (int)at.Column), $"lists and maps are nested more than {DeepestNesting} deep.");
        }
    }

    /// <summary>YamlDotNet's message, which names the place once more in front.</summary>
    private static string Sentence(YamlException e)
    {
        var message = e.Message;
        var prefix = message.IndexOf("): ", StringComparison.Ordinal);
        return (message.StartsWith('(') && prefix > 0 ? message[(prefix + 3)..] : message).TrimEnd('.') + ".";
    }
}
