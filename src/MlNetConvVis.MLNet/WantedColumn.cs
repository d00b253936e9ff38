using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet;

/// <summary>A column that an estimator reads, and how to say so when the data has another.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ItemType">The type of its items.</param>
/// <param name="Length">The vector's length; null for a value that is no vector, -1 for a vector of any length.</param>
/// <param name="Hint">What to do when it is not there or is another.</param>
internal sealed record WantedColumn(string Name, DataViewType ItemType, int? Length, string Hint)
{
    private string Wanted => Length switch
    {
        null => $"{ItemType}",
        -1 => $"a vector of {ItemType}",
        1 => $"{ItemType} or a vector of one {ItemType}",
        _ => $"a vector of {Length} {ItemType}",
    };

    /// <summary>Refuses data without such a column.</summary>
    /// <param name="schema">The data's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has none, or one of another type or length.</exception>
    public void Check(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(Name) is not { } column) throw Missing(schema.Select(static c => c.Name));
        var (vector, item) = column.Type is VectorDataViewType v ? (v, (DataViewType)v.ItemType) : (null, column.Type);
        var fits = item == ItemType && (vector is null ? Length is null or 1 : Length is -1 || (Length is { } n && (!vector.IsKnownSize || vector.Size == n)));
        if (!fits) throw Mismatch(column.Type.ToString()!);
    }

    /// <summary>Refuses a promised schema without such a column; sizes are not known yet.</summary>
    /// <param name="schema">The promised schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has none, or one of another type.</exception>
    public void Check(SchemaShape schema)
    {
        foreach (var column in schema)
        {
            if (column.Name != Name) continue;
            var scalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
            if (column.ItemType == ItemType && !column.IsKey && (scalar ? Length is null or 1 : Length is not null)) return;
            throw Mismatch(column.IsKey ? $"Key<{column.ItemType}>" : scalar ? $"{column.ItemType}" : $"Vector<{column.ItemType}>");
        }

        throw Missing(schema.Select(static c => c.Name));
    }

    private ArgumentOutOfRangeException Missing(IEnumerable<string> names) => new(
        "inputSchema", $"Could not find input column '{Name}': expected {Wanted}. The data has {string.Join(", ", names.Select(static n => $"'{n}'"))}. {Hint}");

    private ArgumentOutOfRangeException Mismatch(string came) =>
        new("inputSchema", $"Schema mismatch for input column '{Name}': expected {Wanted}, got {came}. {Hint}");
}
