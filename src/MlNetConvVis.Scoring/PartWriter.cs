using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace MlNetConvVis.Scoring;

/// <summary>Collects rows to parts and writes those that are whole, beside all other work; at most two wait to be written.</summary>
internal sealed class PartWriter : IDisposable
{
    private const int Waiting = 2;

    private readonly ScoreFolder _folder;
    private readonly BlockingCollection<(int Part, ReadOnlyMemory<byte> Rows)> _queue = new(Waiting);
    private readonly Task _writing;
    private ArrayBufferWriter<byte> _rows = new();
    private int _count;
    private volatile ExceptionDispatchInfo? _failure;

    public PartWriter(ScoreFolder folder)
    {
        _folder = folder;
        _writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes a row; they come in order within a part.</summary>
    /// <param name="part">Its part.</param>
    /// <param name="row">The row.</param>
    public void Add(int part, ScoredRow row)
    {
        _failure?.Throw();
        row.WriteJson(_rows);
        if (++_count < _folder.RowsOf(part).Count) return;
        _queue.Add((part, _rows.WrittenMemory));
        (_rows, _count) = (new ArrayBufferWriter<byte>(_rows.WrittenCount), 0);
    }

    /// <summary>Waits until all is written.</summary>
    public void Complete()
    {
        _queue.CompleteAdding();
        _writing.Wait();
        _failure?.Throw();
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        _writing.Wait();
        _queue.Dispose();
    }

    private void Write()
    {
        foreach (var (part, rows) in _queue.GetConsumingEnumerable())
        {
            if (_failure is not null) continue;      // the adder must not wait for room for ever
            try
            {
                _folder.WritePart(part, rows);
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
