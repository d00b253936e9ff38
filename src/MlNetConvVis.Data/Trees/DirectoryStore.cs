using System.Globalization;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data.Trees;

/// <summary>The files in and below a folder on disk. Hidden ones are passed over.</summary>
internal sealed class DirectoryStore(string path) : FileStore(path, Scan(path))
{
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = FileAttributes.Hidden, RecurseSubdirectories = true };

    public override byte[] Read(string entry) => File.ReadAllBytes(NameOf(entry));

    public override string NameOf(string entry) => System.IO.Path.Combine(Path, entry.Replace('/', System.IO.Path.DirectorySeparatorChar));

    public override ImageSource Image(string entry) => ImageSource.File(NameOf(entry));

    public override string Stamp(string entry)
    {
        var file = new FileInfo(NameOf(entry));
        return string.Create(CultureInfo.InvariantCulture, $"{(file.Exists ? file.Length : -1)} {file.LastWriteTimeUtc.Ticks}");
    }

    private static IEnumerable<string> Scan(string path)
    {
        var root = new DirectoryInfo(path);
        var length = root.FullName.TrimEnd(System.IO.Path.DirectorySeparatorChar).Length + 1;
        foreach (var item in root.EnumerateFileSystemInfos("*", s_all))
        {
            var name = item.FullName[length..].Replace(System.IO.Path.DirectorySeparatorChar, '/');
            yield return item is DirectoryInfo ? name + "/" : name;
        }
    }
}
