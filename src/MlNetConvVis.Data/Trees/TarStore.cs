using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data.Trees;

/// <summary>
/// The files of a tar archive, without unpacking it. One pass makes an index. Of a plain archive only names, places and lengths are kept, and a file is
/// read from its place when it is wanted; a compressed one has no places to go to, so its files are kept in memory, up to <see cref="MemoryLimit"/>.
/// </summary>
internal sealed class TarStore : FileStore
{
    private readonly Dictionary<string, Content> _contents;
    private readonly SafeFileHandle? _file;
    private readonly string _stamp;

    private TarStore(string path, Dictionary<string, Content> contents, IReadOnlyList<string> notes, SafeFileHandle? file)
        : base(path, contents.Keys)
    {
        (_contents, Notes, _file) = (contents, notes, file);
        var info = new FileInfo(path);
        _stamp = string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks}");
    }

    public override IReadOnlyList<string> Notes { get; }

    /// <summary>Gets the most bytes that the files of a compressed archive may take: half of the memory that is there, at most 8 GiB.</summary>
    public static long MemoryLimit => Math.Min(8L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>Says whether a file is a tar archive, compressed or not, by name and first bytes.</summary>
    public static bool IsArchive(string path)
    {
        if (path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) || IsCompressed(path)) return true;
        using var file = File.OpenRead(path);
        var head = new byte[262];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan(257).StartsWith("ustar"u8);
    }

    /// <summary>Makes the index.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="memoryLimit">The most bytes to keep of a compressed one; null: <see cref="MemoryLimit"/>.</param>
    /// <exception cref="DataException">It is no archive, ends early, or is compressed and too large.</exception>
    public static TarStore Open(string path, long? memoryLimit = null)
    {
        var builder = new Builder(path, memoryLimit ?? MemoryLimit);
        try
        {
            using var file = File.OpenRead(path);
            var compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using var content = compressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            builder.Index(content, keep: compressed, file.Length);
            return new TarStore(path, builder.Contents, builder.Notes, compressed ? null : File.OpenHandle(path, options: FileOptions.RandomAccess));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or FormatException or ArgumentException
            or OverflowException)
        {
            throw new DataException(
                $"Archive '{path}' cannot be read behind {builder.Last}: {e.Message} It may be cut short or no tar archive; fetch it again.", e);
        }
    }

    public override byte[] Read(string entry)
    {
        var content = _contents[entry];
        if (content.Bytes is { } kept) return kept;
        var bytes = new byte[content.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var count = RandomAccess.Read(_file!, bytes.AsSpan(done), content.Offset + done);
            if (count == 0) throw new EndOfStreamException($"the archive ends inside it, after {done} of {bytes.Length} bytes");
            done += count;
        }

        return bytes;
    }

    public override string NameOf(string entry) => $"{Path}/{entry}";

    public override ImageSource Image(string entry) => new TarImage(this, entry);

    public override string Stamp(string entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{_stamp} {_contents[entry].Offset} {_contents[entry].Length}");

    private static bool IsCompressed(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private readonly record struct Content(long Offset, int Length, byte[]? Bytes);

    private sealed record TarImage(TarStore Store, string Entry) : ImageSource(Store.NameOf(Entry))
    {
        public override RgbImage Read(DecodeOptions? options, IImageCodec? codec)
        {
            return Decode(Content(), Name, options, codec);
        }

        public override byte[] ContentHash() => System.Security.Cryptography.SHA256.HashData(Content());

        private byte[] Content()
        {
            try
            {
                return Store.Read(Entry);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw new ImageDecodeException(Name, e.Message.TrimEnd('.'), "Do not change the archive while it is read.", e);
            }
        }

        public override string Stamp() => $"{Name} {Store.Stamp(Entry)}";
    }

    /// <summary>Goes through an archive once.</summary>
    private sealed class Builder(string path, long memoryLimit)
    {
        private int _links;
        private string? _firstRefused;
        private int _refused;
        private long _kept;

        public Dictionary<string, Content> Contents { get; } = new(StringComparer.Ordinal);

        public string Last { get; private set; } = "its start";

        public List<string> Notes { get; } = [];

        public void Index(Stream archive, bool keep, long length)
        {
            using var reader = new TarReader(archive, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                Take(entry, keep, length);
                Last = $"entry '{entry.Name}'";
            }

            if (_links > 0) Notes.Add($"{path}: {_links} links and special files were passed over; only plain files are read.");
            if (_refused > 0) Notes.Add($"{path}: {_refused} entries whose names point out of the archive were passed over, the first '{_firstRefused}'.");
        }

        private void Take(TarEntry entry, bool keep, long length)
        {
            var isFolder = entry.EntryType == TarEntryType.Directory;
            if (!isFolder && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
            {
                if (entry.EntryType != TarEntryType.GlobalExtendedAttributes) _links++;
                return;
            }

            if (!TryName(entry.Name, out var name))
            {
                _firstRefused ??= entry.Name;
                _refused++;
            }
            else if (name.Length > 0)
            {
                if (isFolder) Contents[name + "/"] = default;
                else Contents[name] = keep ? Kept(entry) : Placed(entry, length);      // of equal names the last counts, as when unpacking
            }
        }

        private static Content Placed(TarEntry entry, long length) => entry.DataOffset + entry.Length <= length
            ? new Content(entry.DataOffset, checked((int)entry.Length), null)
            : throw new EndOfStreamException($"'{entry.Name}' has {entry.Length} bytes, but the archive ends after {length - entry.DataOffset} of them.");

        private Content Kept(TarEntry entry)
        {
            _kept += entry.Length;
            if (_kept > memoryLimit)
            {
                throw new DataException(
                    $"The files of '{path}' take more than the {memoryLimit >> 20:N0} MiB of memory that may be used for them, and in a compressed archive " +
                    "they cannot be read one by one. Decompress it ('gunzip FILE.tar.gz'): a plain .tar is read in place.");
            }

            var bytes = new byte[entry.Length];
            entry.DataStream?.ReadExactly(bytes);
            return new Content(_kept, bytes.Length, bytes);
        }

        /// <summary>Brings a name into the form of a relative path: no './' in front, no '/' behind. Hidden files become empty names.</summary>
        /// <returns>False for a name that is absolute or leads upwards: nothing is ever written to such a path, but no honest archive has one.</returns>
        private static bool TryName(string raw, out string name)
        {
            name = "";
            var parts = raw.TrimEnd('/').Split('/').SkipWhile(static p => p == ".").ToArray();
            if (raw.StartsWith('/') || parts.Any(static p => p is ".." || p.AsSpan().ContainsAny('\\', '\0', ':'))) return false;
            if (parts.Any(static p => p.StartsWith('.') || p is "" or "__MACOSX")) return true;
            name = string.Join('/', parts);
            return true;
        }
    }
}
