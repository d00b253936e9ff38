using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Training;

/// <summary>A column of classes as keys: 1 is the first class, 0 stands for a missing one.</summary>
internal sealed class LabelColumn
{
    private const string MakeKeys = "Make it with ml.Transforms.Conversion.MapValueToKey.";

    private LabelColumn(DataViewSchema.Column column, IReadOnlyList<string> classNames) => (Column, ClassNames) = (column, classNames);

    /// <summary>Gets the column.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Gets the classes' names: the key's values, or numbers from 0 where it has none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing, or no key.</exception>
    public static LabelColumn Of(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
        {
            throw new ArgumentOutOfRangeException("inputSchema", $"Could not find label column '{name}': expected Key<UInt32>. " +
                $"The data has {string.Join(", ", schema.Select(static c => $"'{c.Name}'"))}. {MakeKeys}");
        }

        if (column.Type is not KeyDataViewType { Count: > 0 and <= int.MaxValue } key || key.RawType != typeof(uint))
        {
            throw new ArgumentOutOfRangeException(
                "inputSchema", $"Schema mismatch for label column '{name}': expected Key<UInt32>, got {column.Type}. {MakeKeys}");
        }

        return new LabelColumn(column, Names(column, (int)key.Count));
    }

    /// <summary>Refuses a promised schema without such a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing, or no key.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        foreach (var column in schema)
        {
            if (column.Name != name) continue;
            if (column.IsKey && column.Kind == SchemaShape.Column.VectorKind.Scalar) return;
            throw new ArgumentOutOfRangeException(
                "inputSchema", $"Schema mismatch for label column '{name}': expected Key<UInt32>, got {column.ItemType}. {MakeKeys}");
        }

        throw new ArgumentOutOfRangeException("inputSchema", $"Could not find label column '{name}': expected Key<UInt32>. " +
            $"The data has {string.Join(", ", schema.Select(static c => $"'{c.Name}'"))}. {MakeKeys}");
    }

    private static IReadOnlyList<string> Names(DataViewSchema.Column column, int count)
    {
        var numbers = Enumerable.Range(0, count).Select(static c => c.ToString(CultureInfo.InvariantCulture));
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues") is not { Type: VectorDataViewType { Size: var size } type } || size != count)
            return [.. numbers];
        if (type.ItemType is not TextDataViewType) return [.. numbers];
        VBuffer<ReadOnlyMemory<char>> texts = default;
        column.Annotations.GetValue("KeyValues", ref texts);
        return [.. texts.DenseValues().Select(static t => t.ToString())];
    }
}
