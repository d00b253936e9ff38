using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data.Trees;

/// <summary>Files by name, wherever they lie: a folder on disk or an archive. Names are relative, with '/' between the parts. Several may read.</summary>
/// <param name="path">The folder or archive, as the user named it.</param>
/// <param name="entries">The names of all files, and of folders with a '/' behind; a folder may be left out when files lie in it.</param>
internal abstract class FileStore(string path, IEnumerable<string> entries)
{
    public string Path { get; } = path;

    /// <summary>Gets the entries in ordinal order, so that what lies in a folder lies together.</summary>
    public string[] Entries { get; } = [.. entries.Order(StringComparer.Ordinal)];

    /// <summary>Gets what was passed over, and why, a line each.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">There are no rights to read it.</exception>
    public abstract byte[] Read(string entry);

    /// <summary>Says how an entry is called in messages.</summary>
    public abstract string NameOf(string entry);

    /// <summary>Makes an image of an entry, without reading it.</summary>
    public abstract ImageSource Image(string entry);

    /// <summary>Gets what changes when an entry does, without its name.</summary>
    public abstract string Stamp(string entry);
}
