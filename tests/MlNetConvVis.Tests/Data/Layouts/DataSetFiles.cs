using System.Formats.Tar;
using System.IO.Compression;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Data.Layouts;

/// <summary>Tiny data sets, written for a test, as folder or archive.</summary>
internal sealed class DataSetFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>A picture of 2 x 2 pixels, all of one grey, as a PNG file.</summary>
    public static byte[] Picture(byte grey) => ImageCodecs.Default.EncodePng(RgbImage.Filled(2, 2, new Rgb(grey, grey, grey)));

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, ReadOnlySpan<byte> content) => _folder.Write(name, content);

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Writes pictures; the i-th is of grey 10 * (i + 1).</summary>
    public void Pictures(params IReadOnlyList<string> names)
    {
        foreach (var (i, name) in names.Index()) Write(name, Picture((byte)(10 * (i + 1))));
    }

    /// <summary>Packs a folder; names begin with the folder's own.</summary>
    public string Tar(string folder, bool compressed = false)
    {
        var path = At($"{folder}.tar{(compressed ? ".gz" : "")}");
        using var file = File.Create(path);
        using Stream target = compressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        TarFile.CreateFromDirectory(At(folder), target, includeBaseDirectory: true);
        return path;
    }

    /// <summary>Packs entries as they are given.</summary>
    public string Tar(string name, params IReadOnlyList<TarEntry> entries)
    {
        using var writer = new TarWriter(File.Create(At(name)));
        foreach (var entry in entries) writer.WriteEntry(entry);
        return At(name);
    }

    public void Dispose() => _folder.Dispose();
}
