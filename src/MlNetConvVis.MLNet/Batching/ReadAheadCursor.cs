using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>
/// Reads batches of rows ahead and hands the rows out one by one in the source's order, while the new columns of the batches behind are computed side by
/// side. The source is read by the thread that asks for rows, never by another.
/// </summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private readonly DataViewSchema _schema;
    private readonly DataViewRowCursor _source;
    private readonly bool[] _active;
    private readonly RowBatch[] _ring;
    private int _current = -1;
    private int _slot;
    private long _position = -1;
    private bool _sourceEnded;
    private bool _ended;
    private bool _disposed;
    private ExceptionDispatchInfo? _torn;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts before the first row.</summary>
    /// <param name="schema">Old columns, then those of the computation.</param>
    /// <param name="source">The rows; the cursor takes it over.</param>
    /// <param name="active">Which columns are wanted.</param>
    /// <param name="inputs">The source's columns that the computation reads, in its order.</param>
    /// <param name="computation">What makes the new columns.</param>
    public ReadAheadCursor(
        DataViewSchema schema, DataViewRowCursor source, bool[] active, DataViewSchema.Column[] inputs, IBatchComputation computation)
    {
        (_schema, _source, _active) = (schema, source, active);
        _ring = [.. computation.Open().Select(run => new RowBatch(source, active, inputs, run))];
    }

    public override long Position => _position;

    public override long Batch => _position >= 0 ? _ring[_current].Place(_slot).Batch : 0;

    public override DataViewSchema Schema => _schema;

    public override bool MoveNext()
    {
        _failure?.Throw();
        if (_ended) return false;
        if (_current < 0 || ++_slot >= _ring[_current].Count) NextBatch();
        _position = _ended ? -1 : _position + 1;
        return !_ended;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        var slot = Slot();
        id = _ring[_current].Place(slot).Id;
    };

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentException($"Column '{column.Name}' was not asked for when the data was opened.", nameof(column));
        if (_ring[0].Getter(column, Slot) is not ValueGetter<TValue>)
        {
            throw new InvalidOperationException(
                $"Column '{column.Name}' holds {column.Type}, but was read as {typeof(TValue).Name}. Read it as {column.Type.RawType.Name}.");
        }

        var getters = Array.ConvertAll(_ring, batch => (ValueGetter<TValue>)batch.Getter(column, Slot));
        return (ref TValue value) => getters[Math.Max(_current, 0)](ref value);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            foreach (var batch in _ring) batch.Release();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Slot() => _position >= 0 ? _slot
        : throw new InvalidOperationException("There is no current row: MoveNext was not called yet, or said that there are no more rows.");

    /// <summary>Reads into the batch that has been handed out (at first into all), and goes on to the next.</summary>
    private void NextBatch()
    {
        if (_current < 0) Array.ForEach(_ring, Read);
        else Read(_ring[_current]);
        (_current, _slot) = ((_current + 1) % _ring.Length, 0);
        try
        {
            _ring[_current].Wait();
            _ended = _ring[_current].Count == 0;
            if (_ended) _torn?.Throw();
        }
        catch (Exception e)
        {
            (_failure, _position) = (ExceptionDispatchInfo.Capture(e), -1);
            throw;
        }
    }

    /// <summary>Reads the next rows; an error of the source is kept until the rows before it were handed out.</summary>
    private void Read(RowBatch batch)
    {
        batch.Clear();
        try
        {
            if (!_sourceEnded) _sourceEnded = !batch.Read();
        }
        catch (Exception e)
        {
            (_sourceEnded, _torn) = (true, ExceptionDispatchInfo.Capture(e));
        }
    }
}
