using System.Buffers.Binary;
using MlNetConvVis.Data;
using MlNetConvVis.Features;

namespace MlNetConvVis.Transfer.Cache;

/// <summary>
/// The features of one layer of one network, as a folder of segments: <c>NAME.npy</c>, float32 [images, features], and <c>NAME.keys</c>, the 32-byte key of
/// each image. A segment is complete when its .npy is there; it is never changed afterwards, so readers need no lock.
/// </summary>
internal sealed class FeatureStore : IDisposable
{
    /// <summary>Images of one segment: what an interrupted extraction loses at most.</summary>
    public const int SegmentRows = 512;

    private readonly string _folder;
    private readonly Dictionary<string, ReadOnlyMemory<float>> _rows = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _mapped = [];
    private readonly long _mapAbove;
    private NpyWriter<float>? _writer;
    private List<string> _newKeys = [];

    public FeatureStore(string folder, int columns, long mapAbove)
    {
        (_folder, Columns, _mapAbove) = (folder, columns, mapAbove);
        Directory.CreateDirectory(folder);
        var segments = Directory.GetFiles(folder, "*.npy").Order(StringComparer.Ordinal).ToArray();
        var isLarge = segments.Sum(static s => new FileInfo(s).Length) > mapAbove;
        foreach (var segment in segments) Take(segment, isLarge);
    }

    public int Columns { get; }

    /// <summary>Gets whether rows lie in mapped files.</summary>
    public bool IsMapped => _mapped.Count > 0;

    // the cast matters: without it null becomes an empty row
    public ReadOnlyMemory<float>? Find(string key) => _rows.TryGetValue(key, out var row) ? (ReadOnlyMemory<float>?)row : null;

    /// <summary>Appends one image's features to the segment being written.</summary>
    public void Append(string key, ReadOnlySpan<float> features)
    {
        _writer ??= new NpyWriter<float>(Path.Combine(_folder, $"{Guid.NewGuid():N}.npy"), [SegmentRows, Columns]);
        _writer.Append(features);
        _newKeys.Add(key);
        if (_newKeys.Count == SegmentRows) Complete();
    }

    /// <summary>Ends the segment being written; its rows can be found from now on.</summary>
    public void Complete()
    {
        if (_writer is not { } writer) return;
        var keys = Path.ChangeExtension(writer.Path, ".keys");
        var map = (long)(_rows.Count + _newKeys.Count) * Columns * sizeof(float) > _mapAbove;
        File.WriteAllBytes(keys, Convert.FromHexString(string.Concat(_newKeys)));
        writer.Complete(_newKeys.Count);      // the name appears last: from here on the segment counts
        (_writer, _newKeys) = (null, []);
        Take(writer.Path, map);
    }

    public void Dispose()
    {
        _writer?.Dispose();
        foreach (var mapped in _mapped) mapped.Dispose();
    }

    private void Take(string segment, bool map)
    {
        var keysFile = Path.ChangeExtension(segment, ".keys");
        var keys = File.Exists(keysFile) ? File.ReadAllBytes(keysFile) : [];
        var count = keys.Length / ContentKey.Length;
        var header = NpyFile.ReadHeader(segment);
        var first = FirstValue(segment);
        if (keys.Length % ContentKey.Length != 0 || !header.Shape.SequenceEqual([count, Columns])
            || new FileInfo(segment).Length != first + (header.Count * sizeof(float)))
        {
            throw new DataException(
                $"'{segment}' of the feature cache is damaged: {count} keys, shape [{string.Join(", ", header.Shape)}] and {new FileInfo(segment).Length} bytes; " +
                $"{Columns} features an image were wanted. Remove its folder; the features are then extracted again.");
        }

        ReadOnlyMemory<float> floats;
        if (map)
        {
            var mapped = new MappedFloats(segment, first, checked((int)header.Count));
            _mapped.Add(mapped);
            floats = mapped.Memory;
        }
        else
        {
            floats = NpyFile.Read<float>(segment).Values;
        }

        for (var i = 0; i < count; i++)
            _rows[Convert.ToHexStringLower(keys.AsSpan(i * ContentKey.Length, ContentKey.Length))] = floats.Slice(i * Columns, Columns);
    }

    /// <summary>Gets where the values begin: behind mark, version, and a text whose length stands in bytes 8 and 9 (version 1, which NpyWriter writes).</summary>
    private static long FirstValue(string segment)
    {
        Span<byte> head = stackalloc byte[10];
        using var file = File.OpenRead(segment);
        file.ReadExactly(head);
        return head.Length + BinaryPrimitives.ReadUInt16LittleEndian(head[8..]);
    }
}
