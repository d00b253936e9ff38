using System.Runtime.InteropServices;

namespace MlNetConvVis.Data;

/// <summary>Reads and writes numpy's .npy files: C order, little-endian, the types of <see cref="NpyType"/>.</summary>
public static class NpyFile
{
    /// <summary>Reads the head of a file alone.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">Not a .npy file, cut short, Fortran order or another type.</exception>
    public static NpyHeader ReadHeader(string path)
    {
        using var stream = Open(path);
        return NpyHeader.Read(stream, path);
    }

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool; must be the file's type.</typeparam>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">Not a .npy file, cut short, Fortran order or another type.</exception>
    public static NpyArray<T> Read<T>(string path)
        where T : unmanaged
    {
        using var stream = Open(path);
        return Read<T>(stream, path);
    }

    /// <summary>Reads an array from a stream and leaves the stream behind its last value.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool; must be the file's type.</typeparam>
    /// <param name="stream">The stream.</param>
    /// <param name="name">Its name, for error messages.</param>
    /// <exception cref="DataException">Not a .npy file, cut short, Fortran order or another type.</exception>
    public static NpyArray<T> Read<T>(Stream stream, string name)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        var wanted = NpyHeader.TypeOf<T>();
        var header = NpyHeader.Read(stream, name);
        if (header.Type != wanted)
        {
            throw NpyHeader.Broken(name, $"its values are {header.Type}, {wanted} is wanted",
                $"Convert it, for example with x.astype('{wanted.ToString().ToLowerInvariant()}').");
        }

        if (header.Count > Array.MaxLength || (stream.CanSeek && stream.Length - stream.Position < header.Count * header.ValueBytes))
            throw CutShort(name, header);
        var values = new T[header.Count];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw CutShort(name, header);
        return new NpyArray<T>(values, header.Shape);
    }

    /// <summary>Writes a file; it appears under its name only when it is complete.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="values">All values, the last dimension running fastest.</param>
    /// <param name="shape">The dimensions; none for a single value.</param>
    /// <exception cref="ArgumentException">The shape does not hold that many values.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> values, ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        using var writer = new NpyWriter<T>(path, shape);
        writer.Append(values);
        writer.Complete();
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NpyHeader.Broken(path, e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message,
                "Check its name and rights.", e);
        }
    }

    private static DataException CutShort(string name, NpyHeader header) => NpyHeader.Broken(
        name, $"it ends before its {header.Count} values of shape ({string.Join(", ", header.Shape)})",
        "It may have been cut short: copy or write it again.");
}
