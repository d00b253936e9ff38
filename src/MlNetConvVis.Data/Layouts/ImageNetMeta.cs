using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace MlNetConvVis.Data.Layouts;

/// <summary>
/// Reads numbers and wnids out of <c>meta.mat</c> of ImageNet's development kit: a MATLAB 5 file with one structure array 'synsets', whose fields
/// ILSVRC2012_ID and WNID are wanted. Format: "MAT-File Format", MathWorks, level 5: elements of type, length and data, padded to 8 bytes; short ones
/// have type, length and data in 8 bytes.
/// </summary>
internal static class ImageNetMeta
{
    private const int Header = 128;
    private const int Compressed = 15;
    private const int Structure = 2;

    /// <summary>Gives the wnid for each number, as text.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DataException">It is no such file.</exception>
    public static Dictionary<string, string> Read(byte[] file, string name)
    {
        try
        {
            var (type, content) = new Elements(file.AsMemory(Header)).Next();
            if (type == Compressed) (_, content) = new Elements(Inflated(content)).Next();
            return Synsets(content);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new DataException($"'{name}' is not the meta.mat of ImageNet's development kit: {e.Message} Fetch it again.", e);
        }
    }

    private static Dictionary<string, string> Synsets(ReadOnlyMemory<byte> matrix)
    {
        var elements = new Elements(matrix);
        var flags = elements.Next().Content.Span;
        if (flags[0] != Structure) throw new FormatException("it holds no structure array.");
        var count = 1;
        var dims = elements.Next().Content.Span;
        for (var at = 0; at < dims.Length; at += 4) count = checked(count * BinaryPrimitives.ReadInt32LittleEndian(dims[at..]));
        elements.Next();      // the array's name
        var length = BinaryPrimitives.ReadInt32LittleEndian(elements.Next().Content.Span);
        var names = elements.Next().Content.Span;
        var (fields, id, wnid) = (names.Length / length, -1, -1);
        for (var i = 0; i < fields; i++)
        {
            var field = Encoding.ASCII.GetString(names.Slice(i * length, length)).TrimEnd('\0');
            if (field == "ILSVRC2012_ID") id = i;
            if (field == "WNID") wnid = i;
        }

        if (id < 0 || wnid < 0) throw new FormatException("it has no fields ILSVRC2012_ID and WNID.");
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var item = 0; item < count; item++)
        {
            var values = Enumerable.Range(0, fields).Select(_ => elements.Next().Content).ToArray();
            found[Number(values[id])] = Text(values[wnid]);
        }

        return found;
    }

    /// <summary>Reads a matrix of one number, stored in whichever type is the shortest.</summary>
    private static string Number(ReadOnlyMemory<byte> matrix)
    {
        var (type, content) = Values(matrix);
        var data = content.Span;
        var value = type switch
        {
            1 => (sbyte)data[0],
            2 => data[0],
            3 => BinaryPrimitives.ReadInt16LittleEndian(data),
            4 => BinaryPrimitives.ReadUInt16LittleEndian(data),
            5 => BinaryPrimitives.ReadInt32LittleEndian(data),
            6 => BinaryPrimitives.ReadUInt32LittleEndian(data),
            9 => BinaryPrimitives.ReadDoubleLittleEndian(data),
            12 => BinaryPrimitives.ReadInt64LittleEndian(data),
            _ => throw new FormatException($"a number is stored as type {type}."),
        };
        return value.ToString(CultureInfo.InvariantCulture);
    }

    private static string Text(ReadOnlyMemory<byte> matrix)
    {
        var (type, content) = Values(matrix);
        return (type is 3 or 4 or 17 ? Encoding.Unicode : Encoding.UTF8).GetString(content.Span).Trim();
    }

    private static (int Type, ReadOnlyMemory<byte> Content) Values(ReadOnlyMemory<byte> matrix)
    {
        var elements = new Elements(matrix);
        for (var i = 0; i < 3; i++) elements.Next();      // flags, dimensions, name
        return elements.Next();
    }

    private static byte[] Inflated(ReadOnlyMemory<byte> content)
    {
        using var target = new MemoryStream();
        using (var source = new ZLibStream(new MemoryStream(content.ToArray()), CompressionMode.Decompress)) source.CopyTo(target);
        return target.ToArray();
    }

    /// <summary>Elements, one behind the other.</summary>
    private sealed class Elements(ReadOnlyMemory<byte> all)
    {
        private ReadOnlyMemory<byte> _rest = all;

        public (int Type, ReadOnlyMemory<byte> Content) Next()
        {
            var tag = BinaryPrimitives.ReadInt32LittleEndian(_rest.Span);
            if (tag >> 16 is var small and not 0)
            {
                var content = _rest.Slice(4, small);
                _rest = _rest[8..];
                return (tag & 0xFFFF, content);
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(_rest.Span[4..]);
            var value = _rest.Slice(8, length);
            _rest = _rest[Math.Min(_rest.Length, 8 + (tag == Compressed ? length : (length + 7) / 8 * 8))..];
            return (tag, value);
        }
    }
}
