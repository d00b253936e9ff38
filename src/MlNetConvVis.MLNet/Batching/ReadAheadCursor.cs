using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>Reads a batch of rows ahead, computes their new columns at once, and hands the rows out one by one in the source's order.</summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private readonly DataViewSchema _schema;
    private readonly DataViewRowCursor _source;
    private readonly bool[] _active;
    private readonly IBatchRun _run;
    private readonly int _capacity;
    private readonly ColumnBlock?[] _blocks;
    private readonly ColumnBlock[] _inputs;
    private readonly ValueGetter<DataViewRowId> _readId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private int _slot = -1;
    private int _filled;
    private long _position = -1;
    private bool _ended;
    private bool _disposed;

    /// <summary>Starts before the first row.</summary>
    /// <param name="schema">Old columns, then those of the computation.</param>
    /// <param name="source">The rows; the cursor takes it over.</param>
    /// <param name="active">Which columns are wanted.</param>
    /// <param name="inputs">The source's columns that the computation reads, in its order.</param>
    /// <param name="computation">What makes the new columns.</param>
    public ReadAheadCursor(
        DataViewSchema schema, DataViewRowCursor source, bool[] active, DataViewSchema.Column[] inputs, IBatchComputation computation)
    {
        (_schema, _source, _active, _capacity) = (schema, source, active, computation.BatchSize);
        _blocks = [.. source.Schema.Select(c => active[c.Index] || inputs.Contains(c) ? ColumnBlock.Of(source, c, _capacity) : null)];
        _inputs = [.. inputs.Select(c => _blocks[c.Index]!)];
        _readId = source.GetIdGetter();
        (_ids, _batches) = (new DataViewRowId[_capacity], new long[_capacity]);
        _run = computation.Open();
    }

    public override long Position => _position;

    public override long Batch => _slot >= 0 && _slot < _filled ? _batches[_slot] : 0;

    public override DataViewSchema Schema => _schema;

    public override bool MoveNext()
    {
        if (_ended) return false;
        if (++_slot >= _filled) ReadAhead();
        _position = _ended ? -1 : _position + 1;
        return !_ended;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Current()];

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentException($"Column '{column.Name}' was not asked for when the data was opened.", nameof(column));
        var getter = column.Index < _blocks.Length ? _blocks[column.Index]!.Getter(Current) : _run.Getter(column.Name, Current);
        return getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Column '{column.Name}' holds {column.Type}, but was read as {typeof(TValue).Name}. Read it as {column.Type.RawType.Name}.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            foreach (var block in _blocks) block?.Release();
            _run.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Current() => _position >= 0 ? _slot
        : throw new InvalidOperationException("There is no current row: MoveNext was not called yet, or said that there are no more rows.");

    private void ReadAhead()
    {
        for (_filled = 0; _filled < _capacity && _source.MoveNext(); _filled++)
        {
            foreach (var block in _blocks) block?.Fill(_filled);
            _readId(ref _ids[_filled]);
            _batches[_filled] = _source.Batch;
        }

        (_slot, _ended) = (0, _filled == 0);
        if (!_ended) _run.Compute(_filled, _inputs);
    }
}
