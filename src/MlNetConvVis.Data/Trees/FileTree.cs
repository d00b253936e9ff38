using System.Text;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data.Trees;

/// <summary>A folder of a <see cref="FileStore"/>: what lies in it, by names relative to it. Order is ordinal everywhere.</summary>
internal sealed class FileTree
{
    private readonly FileStore _store;
    private readonly string _prefix;

    public FileTree(FileStore store)
        : this(store, "")
    {
    }

    private FileTree(FileStore store, string prefix) => (_store, _prefix) = (store, prefix);

    /// <summary>Gets what messages call the folder.</summary>
    public string Name => _prefix.Length == 0 ? _store.Path : _store.NameOf(_prefix.TrimEnd('/'));

    public IReadOnlyList<string> Notes => _store.Notes;

    public static FileTree OfDirectory(string directory) => Directory.Exists(directory) ? new FileTree(new DirectoryStore(directory))
        : throw new DataException($"Folder '{directory}' does not exist. Name the folder that holds the images.");

    public FileTree Under(string folder) => new(_store, _prefix + folder + "/");

    public string NameOf(string file) => _store.NameOf(_prefix + file);

    public ImageSource Image(string file) => _store.Image(_prefix + file);

    public string Stamp(string file) => _store.Stamp(_prefix + file);

    public bool Has(string file) => Array.BinarySearch(_store.Entries, _prefix + file, StringComparer.Ordinal) >= 0;

    /// <summary>Says whether there is such a folder, empty or not.</summary>
    public bool HasFolder(string folder)
    {
        var (name, at) = (_prefix + folder + "/", First(_prefix + folder + "/"));
        return at < _store.Entries.Length && _store.Entries[at].StartsWith(name, StringComparison.Ordinal);
    }

    /// <summary>Gets the names of the folders right in this one.</summary>
    public List<string> Folders()
    {
        var (found, entries) = (new List<string>(), _store.Entries);
        for (var at = First(_prefix); at < entries.Length && entries[at].StartsWith(_prefix, StringComparison.Ordinal);)
        {
            var end = entries[at].IndexOf('/', _prefix.Length);
            if (end < 0 || end == _prefix.Length)
            {
                at++;
                continue;
            }

            found.Add(entries[at][_prefix.Length..end]);
            at = First(entries[at][..end] + "0");      // '0' is the character behind '/': the first entry that is not in this folder
        }

        // "a.b/" stands before "a/" among entries, as '.' comes before '/'; names alone stand the other way round
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>Gets the files of this folder, and of those below it.</summary>
    /// <param name="below">Whether those below it count.</param>
    public IEnumerable<string> Files(bool below)
    {
        var entries = _store.Entries;
        for (var at = First(_prefix); at < entries.Length && entries[at].StartsWith(_prefix, StringComparison.Ordinal); at++)
        {
            var name = entries[at][_prefix.Length..];
            if (name.Length > 0 && name[^1] != '/' && (below || !name.Contains('/', StringComparison.Ordinal))) yield return name;
        }
    }

    /// <summary>Gets the image files, by their endings.</summary>
    /// <param name="below">Whether those of folders below count.</param>
    public IEnumerable<string> Images(bool below) => Files(below).Where(ImageFormats.HasImageExtension);

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">It is not there, or cannot be read.</exception>
    public byte[] Read(string file)
    {
        if (!Has(file)) throw new DataException($"'{NameOf(file)}' is missing.");
        try
        {
            return _store.Read(_prefix + file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{NameOf(file)}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the lines of a text file, without white space at their ends; empty ones are left out.</summary>
    /// <returns>Each with its number, from 1.</returns>
    public IReadOnlyList<(int Number, string Text)> Lines(string file) =>
        [.. Encoding.UTF8.GetString(Read(file)).TrimStart('\uFEFF').Split('\n').Select(static (text, i) => (i + 1, text.Trim()))
            .Where(static line => line.Item2.Length > 0)];

    /// <summary>Refuses the data when something is missing, naming all of it.</summary>
    /// <param name="what">The kind of data.</param>
    /// <param name="names">Files, or folders with a '/' behind.</param>
    public void Require(string what, params IEnumerable<string> names)
    {
        string[] missing = [.. names.Where(n => n[^1] == '/' ? !HasFolder(n[..^1]) : !Has(n))];
        if (missing.Length > 0)
        {
            throw new DataException(
                $"'{Name}' is no complete {what}: {NamedList.Of(missing)} {(missing.Length == 1 ? "is" : "are")} missing. Put what is missing there.");
        }
    }

    /// <summary>Finds the first entry that is not before a name.</summary>
    private int First(string name)
    {
        var at = Array.BinarySearch(_store.Entries, name, StringComparer.Ordinal);
        if (at < 0) return ~at;
        while (at > 0 && _store.Entries[at - 1] == name) at--;
        return at;
    }
}
