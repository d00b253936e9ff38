using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace MlNetConvVis.Transfer.Cache;

/// <summary>The floats of a file from some place on, mapped into memory: the system reads pages when they are looked at and drops them when it needs
/// room.</summary>
internal sealed unsafe class MappedFloats : MemoryManager<float>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly float* _first;
    private readonly int _count;

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Bytes before the first float; a multiple of four.</param>
    /// <param name="count">How many floats.</param>
    public MappedFloats(string path, long offset, int count)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _first = (float*)(start + _view.PointerOffset + offset);
        _count = count;
    }

    public override Span<float> GetSpan() => new(_first, _count);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_first + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
