using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlNetConvVis.Data;

/// <summary>What the head of a .npy file says.</summary>
/// <param name="Type">Type of the values.</param>
/// <param name="Shape">The dimensions; none for a single value.</param>
/// <remarks>
/// Layout (numpy.lib.format): 0x93 "NUMPY", version (two bytes), length of the text (2 bytes in version 1, 4 in later ones), then a Python
/// dictionary {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), } filled up with spaces and a line end, so that the values
/// begin at a multiple of 64 bytes.
/// </remarks>
public sealed partial record NpyHeader(NpyType Type, int[] Shape)
{
    private const int Alignment = 64;
    private const int BytesBeforeText = 10;

    private static readonly (string Code, NpyType Type, int Bytes, Type ClrType)[] s_types =
    [
        ("|b1", NpyType.Bool, 1, typeof(bool)), ("|u1", NpyType.UInt8, 1, typeof(byte)), ("<i4", NpyType.Int32, 4, typeof(int)),
        ("<i8", NpyType.Int64, 8, typeof(long)), ("<f4", NpyType.Float32, 4, typeof(float)), ("<f8", NpyType.Float64, 8, typeof(double)),
    ];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Gets how many values the shape holds.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Gets the bytes of one value.</summary>
    public int ValueBytes => s_types.First(t => t.Type == Type).Bytes;

    /// <summary>Gives the .npy type of a C# type.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool.</typeparam>
    /// <exception cref="NotSupportedException">Another type.</exception>
    public static NpyType TypeOf<T>()
        where T : unmanaged
    {
        foreach (var row in s_types)
        {
            if (row.ClrType == typeof(T))
                return row.Type;
        }

        throw new NotSupportedException(
            $".npy files are read and written as float, double, long, int, byte or bool, not {typeof(T).Name}.");
    }

    internal static NpyHeader Read(Stream stream, string name)
    {
        var start = ReadBytes(stream, 8, name);
        if (!start.AsSpan().StartsWith(Magic))
            throw Broken(name, "it does not begin with the mark of a .npy file", "Write it with numpy.save.");
        var length = start[6] switch
        {
            1 => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(stream, 2, name)),
            2 or 3 => checked((int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(stream, 4, name)), int.MaxValue)),
            var version => throw Broken(name, $"its version is {version}, 1 to 3 are known", "Write it with numpy.save."),
        };
        if (length > 1 << 20)
            throw Broken(name, $"its head claims {length} bytes", "Write it anew.");
        return Parse(Encoding.UTF8.GetString(ReadBytes(stream, length, name)), name);
    }

    /// <summary>Gets the length of the text behind the mark, filled up so that values begin at a multiple of 64 bytes.</summary>
    internal int TextLength => ((BytesBeforeText + Text.Length + 1 + Alignment - 1) / Alignment * Alignment) - BytesBeforeText;

    private string Text
    {
        get
        {
            var code = s_types.First(t => t.Type == Type).Code;
            var shape = Shape.Length == 1 ? $"({Shape[0]},)" : $"({string.Join(", ", Shape)})";
            return $"{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}";
        }
    }

    internal void Write(Stream stream, int? textLength = null)
    {
        var length = textLength ?? TextLength;
        Span<byte> start = [.. Magic, 1, 0, (byte)length, (byte)(length >> 8)];
        stream.Write(start);
        stream.Write(Encoding.ASCII.GetBytes(Text.PadRight(length - 1) + "\n"));
    }

    internal static DataException Broken(string name, string reason, string advice, Exception? inner = null) =>
        new($"Array file '{name}' cannot be read: {reason}. {advice}", inner);

    private static NpyHeader Parse(string text, string name)
    {
        var (descr, order, shape) = (DescrPattern().Match(text), OrderPattern().Match(text), ShapePattern().Match(text));
        if (!descr.Success || !order.Success || !shape.Success)
            throw Broken(name, $"its head is not understood: {text.Trim()}", "Write it with numpy.save, without structured types.");
        if (order.Groups[1].Value == "True")
            throw Broken(name, "its values are in Fortran order", "Save numpy.ascontiguousarray(x) instead.");
        var code = descr.Groups[1].Value;
        var row = Array.Find(s_types, t => t.Code == code);
        if (row.Code is null)
        {
            throw Broken(name, $"its values are of type '{code}'; known are {string.Join(", ", s_types.Select(t => t.Code))}",
                "Convert it, for example with x.astype('float32').");
        }

        var sizes = shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var dimensions = new int[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (!int.TryParse(sizes[i], NumberStyles.None, CultureInfo.InvariantCulture, out dimensions[i]))
                throw Broken(name, $"dimension {i} is '{sizes[i]}', 0 to {int.MaxValue} is wanted", "Save a smaller array.");
        }

        return new NpyHeader(row.Type, dimensions);
    }

    private static byte[] ReadBytes(Stream stream, int count, string name)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw Broken(name, "it ends within its head", "It may have been cut short: copy or write it again.");
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']+)'")]
    private static partial Regex DescrPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
