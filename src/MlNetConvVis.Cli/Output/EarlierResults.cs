namespace MlNetConvVis.Cli.Output;

/// <summary>
/// What an earlier call left in a folder that this one writes into. Files of the same name are replaced; others stay, since they may be somebody's, and are
/// told of, so that nobody takes them for results of this call.
/// </summary>
internal sealed class EarlierResults
{
    private readonly string _folder;
    private readonly HashSet<string> _files;

    /// <param name="folder">The folder, which may be missing.</param>
    /// <param name="index">The file that tells an earlier call of the verb: without it, what lies there is of no concern.</param>
    /// <param name="ending">What the verb writes, such as ".png".</param>
    public EarlierResults(string folder, string index, string ending)
    {
        _folder = folder;
        _files = !File.Exists(Path.Combine(folder, index)) ? []
            : [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) == ending).Select(static f => Path.GetFileName(f)!)];
    }

    /// <summary>Says which files are not of this call.</summary>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="written">The files of this call.</param>
    /// <param name="index">The file that lists them; null where none does.</param>
    public void Tell(Terminal terminal, IEnumerable<string> written, string? index = null)
    {
        _files.ExceptWith(written.Select(static f => Path.GetFileName(f)!));
        if (_files.Count == 0) return;
        var (others, are) = (Counted.Of(_files.Count, "other file"), _files.Count == 1 ? "it is" : "they are");
        terminal.Note($"'{_folder}' also holds {others} from before this run, such as '{_files.Order(StringComparer.Ordinal).First()}'; {are} left as " +
            $"{(_files.Count == 1 ? "it was" : "they were")}. " +
            $"{(index is null ? "" : $"{Path.GetFileName(index)} lists what this run wrote. ")}Take a new folder to keep runs apart.");
    }
}
