using System.Collections;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MlNetConvVis.Data;

/// <summary>
/// The images of a list that is too large to hold: lines are read from the file when they are asked for, a stretch of them at a time. In memory are the
/// places of every 64th image, so that 60 million lines cost some 8 MB. Several threads may read.
/// </summary>
internal sealed class LargeImageList : IReadOnlyList<LabelledImage>, IDisposable
{
    private const int Stretch = 64;

    private readonly string _file;
    private readonly string _folder;
    private readonly SafeFileHandle _handle;
    private readonly (long Length, DateTime Changed) _stamp;
    private readonly List<long> _places = [];
    private readonly Dictionary<string, int> _labels;
    private readonly ThreadLocal<(int Number, LabelledImage[] Images)> _latest = new(static () => (-1, []));

    /// <summary>Looks through the list once.</summary>
    /// <param name="file">The list.</param>
    /// <exception cref="DataException">It is not UTF-8, names no images, or only some lines have a class.</exception>
    public LargeImageList(string file)
    {
        (_file, _folder) = (file, Path.GetDirectoryName(Path.GetFullPath(file))!);
        _handle = File.OpenHandle(file, options: FileOptions.RandomAccess);
        _stamp = Stamp();
        var classes = new HashSet<string>(StringComparer.Ordinal);
        var labelled = default(bool?);
        foreach (var line in Lines(0, _stamp.Length))
        {
            if (Count % Stretch == 0) _places.Add(line.Place);
            Count = checked(Count + 1);
            labelled = ImageList.CheckClass(file, line.Number, line.Entry.Class, labelled);
            if (line.Entry.Class is { } name && classes.Add(name) && classes.Count > ImageList.MostClasses) throw ImageList.TooManyClasses(file, line.Number);
        }

        if (Count == 0) throw ImageList.NoImages(file);
        _places.Add(_stamp.Length);
        Classes = ImageList.Ordered(classes);
        _labels = ImageList.Numbered(Classes);
    }

    /// <summary>Gets the class names.</summary>
    public string[] Classes { get; }

    public int Count { get; }

    public LabelledImage this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var number = index / Stretch;
            if (_latest.Value.Number != number) _latest.Value = (number, Read(number));
            return _latest.Value.Images[index % Stretch];
        }
    }

    public IEnumerator<LabelledImage> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        _handle.Dispose();
        _latest.Dispose();
    }

    private LabelledImage[] Read(int number)
    {
        if (Stamp() != _stamp) throw new DataException($"Image list '{_file}' was changed while it was being read. Start again.");
        return [.. Lines(_places[number], _places[number + 1]).Select(l => new LabelledImage(
            Path.Combine(_folder, l.Entry.Path), l.Entry.Class is { } name ? _labels[name] : LabelledImage.Unlabelled))];
    }

    private (long Length, DateTime Changed) Stamp() => (RandomAccess.GetLength(_handle), File.GetLastWriteTimeUtc(_file));

    /// <summary>The lines that name an image, between two places of the file.</summary>
    private IEnumerable<(long Place, long Number, (string Path, string? Class) Entry)> Lines(long from, long to)
    {
        const int BlockSize = 1 << 20;
        var block = new byte[(int)Math.Min(BlockSize, to - from)];
        var line = new List<byte>(256);
        var (place, number, before) = (from, 1L, (byte)0);
        while (from < to)
        {
            var count = RandomAccess.Read(_handle, block.AsSpan(0, (int)Math.Min(block.Length, to - from)), from);
            if (count == 0) throw new DataException($"Image list '{_file}' became shorter while it was being read. Start again.");
            if (from == 0 && count > 1 && block[0] + block[1] == 0xFE + 0xFF)
                throw new DataException($"Image list '{_file}' is UTF-16; one as large as this is wanted in UTF-8. Save it anew.");
            for (var i = 0; i < count; i++)
            {
                if (block[i] is not ((byte)'\n' or (byte)'\r'))
                {
                    line.Add(block[i]);
                }
                else
                {
                    if (Named(line) is { } entry) yield return (place, number, entry);
                    if (block[i] == '\r' || before != '\r') number++;
                    line.Clear();
                    place = from + i + 1;
                }

                before = block[i];
            }

            from += count;
        }

        if (Named(line) is { } last) yield return (place, number, last);
    }

    private static (string Path, string? Class)? Named(List<byte> line) =>
        ImageList.Parse(Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line)).TrimStart('\uFEFF'));
}
