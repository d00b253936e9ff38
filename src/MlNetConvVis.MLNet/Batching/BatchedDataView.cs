using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>Data with computed columns behind its own. Lazy: nothing is computed before a reader asks for such a column, and then batch by batch.</summary>
internal sealed class BatchedDataView(IDataView source, DataViewSchema schema, IBatchComputation computation) : IDataView
{
    /// <inheritdoc/>
    public bool CanShuffle => source.CanShuffle;

    /// <inheritdoc/>
    public DataViewSchema Schema => schema;

    /// <summary>Adds the new columns behind the old ones; a new column hides an old one of its name, as everywhere in ML.NET.</summary>
    /// <param name="source">The old columns.</param>
    /// <param name="made">A schema that has the new ones.</param>
    /// <param name="outputs">The names of the new ones.</param>
    public static DataViewSchema Extend(DataViewSchema source, DataViewSchema made, IReadOnlyList<string> outputs)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(source);
        foreach (var name in outputs) builder.AddColumn(name, made[name].Type, made[name].Annotations);
        return builder.ToSchema();
    }

    /// <inheritdoc/>
    public long? GetRowCount() => source.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[schema.Count];
        foreach (var column in columnsNeeded) active[column.Index] = true;
        var kept = source.Schema.Where(c => active[c.Index]);
        if (!active.AsSpan(source.Schema.Count).Contains(true))
            return new PassingCursor(schema, source.GetRowCursor(kept, rand));
        var inputs = computation.Inputs.Select(name => source.Schema[name]).ToArray();
        var cursor = source.GetRowCursor(kept.Union(inputs), rand);
        return new ReadAheadCursor(schema, cursor, active, inputs, computation);
    }

    /// <summary>Gets one reader, however many were asked for: a batch occupies all threads already.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
