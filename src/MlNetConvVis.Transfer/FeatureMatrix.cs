namespace MlNetConvVis.Transfer;

/// <summary>Features of labelled images: one row an image, one column a feature.</summary>
/// <remarks>Immutable as long as the caller leaves the memory it handed in alone. Values are checked to be finite once, here.</remarks>
public sealed class FeatureMatrix
{
    private readonly ReadOnlyMemory<float>[] _rows;
    private readonly int[] _labels;
    private readonly string[]? _groups;
    private readonly RowUse[]? _uses;

    /// <summary>Wraps row-major features; the values are not copied.</summary>
    /// <param name="values">The features, rows x <paramref name="columns"/>, row after row.</param>
    /// <param name="columns">Features a row.</param>
    /// <param name="labels">The class of each row, as an index into <paramref name="classNames"/>.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="groups">What each row shows (a symbol, a person, a scene), or null when every row stands for itself.
    /// Rows of one group are never split between training and test.</param>
    /// <param name="uses">What each row may be used for, or null when all may be used for anything.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, a label is out of range or a value is not finite.</exception>
    public FeatureMatrix(
        ReadOnlyMemory<float> values,
        int columns,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? groups = null,
        IReadOnlyList<RowUse>? uses = null)
        : this(Cut(values, columns, labels), columns, labels, classNames, groups, uses)
    {
    }

    /// <summary>Wraps rows wherever they lie, in memory or in a mapped file; they are not copied, and one may stand for several.</summary>
    /// <param name="rows">The features of each image, each <paramref name="columns"/> long.</param>
    /// <param name="columns">Features a row.</param>
    /// <param name="labels">The class of each row, as an index into <paramref name="classNames"/>.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="groups">What each row shows, or null when every row stands for itself.</param>
    /// <param name="uses">What each row may be used for, or null when all may be used for anything.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, a label is out of range or a value is not finite.</exception>
    public FeatureMatrix(
        IReadOnlyList<ReadOnlyMemory<float>> rows,
        int columns,
        IReadOnlyList<int> labels,
        IReadOnlyList<string> classNames,
        IReadOnlyList<string>? groups = null,
        IReadOnlyList<RowUse>? uses = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        CheckLength(rows.Count, labels.Count, "rows, one a label", nameof(rows));
        foreach (var row in rows) CheckLength(row.Length, columns, "values of a row", nameof(rows));
        if (groups is not null) CheckLength(groups.Count, labels.Count, "groups, one a row", nameof(groups));
        if (uses is not null) CheckLength(uses.Count, labels.Count, "uses, one a row", nameof(uses));
        (_rows, Columns, _labels, ClassNames) = ([.. rows], columns, [.. labels], [.. classNames]);
        (_groups, _uses) = (groups is null ? null : [.. groups], uses is null ? null : [.. uses]);
        CheckLabels(_labels, ClassNames.Count);
        CheckFinite(_rows);
    }

    /// <summary>Gets the number of rows (images).</summary>
    public int Rows => _labels.Length;

    /// <summary>Gets the number of columns (features a row).</summary>
    public int Columns { get; }

    /// <summary>Gets the class of each row, an index into <see cref="ClassNames"/>.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Gets the name of each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Gets what each row shows, or null when every row stands for itself.</summary>
    public IReadOnlyList<string>? Groups => _groups;

    /// <summary>Gets what each row may be used for, or null when all may be used for anything.</summary>
    public IReadOnlyList<RowUse>? Uses => _uses;

    /// <summary>Gets one row.</summary>
    /// <param name="index">The row, from 0.</param>
    public ReadOnlySpan<float> Row(int index) => _rows[index].Span;

    private static void CheckLength(long came, long wanted, string what, string parameter)
    {
        if (came != wanted)
            throw new ArgumentException($"{came} came, but {wanted} are wanted: {what}.", parameter);
    }

    private static void CheckLabels(int[] labels, int classes)
    {
        for (var row = 0; row < labels.Length; row++)
        {
            if ((uint)labels[row] >= (uint)classes)
            {
                throw new ArgumentException(
                    $"Row {row} has label {labels[row]}, but there are {classes} class names: labels go from 0 to {classes - 1}.", nameof(labels));
            }
        }
    }

    private static void CheckFinite(ReadOnlyMemory<float>[] rows)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            var values = rows[row].Span;
            var column = 0;
            while (column < values.Length && float.IsFinite(values[column])) column++;
            if (column == values.Length) continue;
            throw new ArgumentException(
                $"Feature {column} of row {row} is {values[column]}; features must be finite numbers. " +
                "Look at that image and at the layer the features come from.", nameof(rows));
        }
    }

    private static ReadOnlyMemory<float>[] Cut(ReadOnlyMemory<float> values, int columns, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        CheckLength(values.Length, (long)labels.Count * columns, $"values of {labels.Count} rows x {columns} columns", nameof(values));
        return [.. Enumerable.Range(0, labels.Count).Select(row => values.Slice(row * columns, columns))];
    }
}
