using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>Rows that were read ahead, and the run that computes their new columns while others are handed out.</summary>
internal sealed class RowBatch
{
    private readonly DataViewRowCursor _source;
    private readonly IBatchRun _run;
    private readonly ColumnBlock?[] _blocks;
    private readonly ColumnBlock[] _inputs;
    private readonly ValueGetter<DataViewRowId> _readId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private Task _computing = Task.CompletedTask;
    private volatile bool _released;

    /// <summary>Makes room for rows.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="kept">The source's columns that are handed out.</param>
    /// <param name="inputs">The source's columns that the run reads, in its order.</param>
    /// <param name="run">What makes the new columns; the batch takes it over.</param>
    public RowBatch(DataViewRowCursor source, bool[] kept, DataViewSchema.Column[] inputs, IBatchRun run)
    {
        (_source, _run) = (source, run);
        _blocks = [.. source.Schema.Select(c => kept[c.Index] || inputs.Contains(c) ? ColumnBlock.Of(source, c, run.Capacity) : null)];
        _inputs = [.. inputs.Select(c => _blocks[c.Index]!)];
        _readId = source.GetIdGetter();
        (_ids, _batches) = (new DataViewRowId[run.Capacity], new long[run.Capacity]);
    }

    /// <summary>Gets how many rows it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the source's next rows and has their columns computed; where the source throws, those of the rows before.</summary>
    /// <returns>Whether the source may have more rows.</returns>
    public bool Read()
    {
        Clear();
        try
        {
            for (; Count < _run.Capacity && _source.MoveNext(); Count++)
            {
                foreach (var block in _blocks) block?.Fill(Count);
                _readId(ref _ids[Count]);
                _batches[Count] = _source.Batch;
            }
        }
        finally
        {
            if (Count > 0) _computing = Task.Run(Compute);
        }

        return Count == _run.Capacity;
    }

    /// <summary>Holds no rows any more.</summary>
    public void Clear() => (Count, _computing) = (0, Task.CompletedTask);

    /// <summary>Waits until the rows can be handed out; throws what went wrong with them.</summary>
    public void Wait() => _computing.GetAwaiter().GetResult();

    /// <summary>Gets a row's place in the order of the source.</summary>
    public (DataViewRowId Id, long Batch) Place(int slot) => (_ids[slot], _batches[slot]);

    /// <summary>Gets a getter of the column's type.</summary>
    /// <param name="column">A column of the source, or one that the run makes.</param>
    /// <param name="slot">Says which row is current.</param>
    public Delegate Getter(DataViewSchema.Column column, Func<int> slot) =>
        column.Index < _blocks.Length ? _blocks[column.Index]!.Getter(slot) : _run.Getter(column.Name, slot);

    /// <summary>Lets go of rows and run, as soon as nothing is computed any more.</summary>
    public void Release()
    {
        _released = true;
        Task.WaitAny(_computing);       // an error of rows that nobody wanted is nobody's
        foreach (var block in _blocks) block?.Release();
        _run.Dispose();
    }

    private void Compute()
    {
        if (!_released) _run.Compute(Count, _inputs);
    }
}
