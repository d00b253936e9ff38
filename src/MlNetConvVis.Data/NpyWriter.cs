using System.Runtime.InteropServices;

namespace MlNetConvVis.Data;

/// <summary>Writes a .npy file piece by piece, for arrays that do not fit in memory. The file appears under its name on
/// <see cref="Complete()"/>.</summary>
/// <typeparam name="T">float, double, long, int, byte or bool.</typeparam>
public sealed class NpyWriter<T> : IDisposable
    where T : unmanaged
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly NpyHeader _header;
    private readonly long _count;
    private readonly FileStream _stream;
    private long _written;

    /// <summary>Begins a file.</summary>
    /// <param name="path">The file; its folder is made when missing.</param>
    /// <param name="shape">The dimensions of the whole array.</param>
    public NpyWriter(string path, ReadOnlySpan<int> shape)
    {
        var header = new NpyHeader(NpyHeader.TypeOf<T>(), shape.ToArray());
        if (header.Shape.Any(size => size < 0))
            throw new ArgumentException($"The shape ({string.Join(", ", header.Shape)}) has a negative dimension.", nameof(shape));
        _path = System.IO.Path.GetFullPath(path);
        _unfinished = _path + ".partial";
        (_header, _count) = (header, header.Count);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_path)!);
        _stream = new FileStream(_unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        header.Write(_stream);
    }

    /// <summary>Gets the full name the file will have.</summary>
    public string Path => _path;

    /// <summary>Writes the next values.</summary>
    /// <param name="values">Values, the last dimension running fastest.</param>
    /// <exception cref="ArgumentException">More values than the shape holds.</exception>
    public void Append(ReadOnlySpan<T> values)
    {
        if (values.Length > _count - _written)
        {
            throw new ArgumentException(
                $"{_written + values.Length} values are more than the {_count} that the shape of '{_path}' holds.", nameof(values));
        }

        _stream.Write(MemoryMarshal.AsBytes(values));
        _written += values.Length;
    }

    /// <summary>Finishes the file and gives it its name.</summary>
    /// <exception cref="ArgumentException">Fewer values than the shape holds were written.</exception>
    public void Complete()
    {
        if (_written != _count)
            throw new ArgumentException($"{_written} values were written, but the shape of '{_path}' holds {_count}.");
        _stream.Dispose();
        File.Move(_unfinished, _path, overwrite: true);
    }

    /// <summary>Finishes a file whose first dimension turned out shorter, and gives it its name.</summary>
    /// <param name="rows">How many entries of the first dimension were written.</param>
    /// <exception cref="ArgumentException">Another number of values was written.</exception>
    public void Complete(int rows)
    {
        var header = _header with { Shape = [rows, .. _header.Shape.Skip(1)] };
        if (_written != header.Count || rows > _header.Shape[0])
        {
            throw new ArgumentException(
                $"{_written} values were written to '{_path}', which are not {rows} rows of the announced ({string.Join(", ", _header.Shape)}).", nameof(rows));
        }

        _stream.Position = 0;
        header.Write(_stream, _header.TextLength);      // as long as the announced head, so the values stay where they are
        _stream.Dispose();
        File.Move(_unfinished, _path, overwrite: true);
    }

    /// <summary>Closes the file; what was not completed is removed.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_unfinished);
    }
}
