using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>A column's values of the rows that were read ahead.</summary>
internal abstract class ColumnBlock
{
    /// <summary>Makes room for a column.</summary>
    /// <param name="row">What is read; it moves on while the block stays.</param>
    /// <param name="column">An active column of it.</param>
    /// <param name="capacity">The most rows.</param>
    public static ColumnBlock Of(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type.RawType;
        var block = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(VectorBlock<>).MakeGenericType(type.GenericTypeArguments) : typeof(ScalarBlock<>).MakeGenericType(type);
        return (ColumnBlock)Activator.CreateInstance(block, row, column, capacity)!;
    }

    /// <summary>Reads the row's value.</summary>
    /// <param name="slot">Where to keep it.</param>
    public abstract void Fill(int slot);

    /// <summary>Gets a <see cref="ValueGetter{TValue}"/> of the column's type.</summary>
    /// <param name="slot">Says which row is current.</param>
    public abstract Delegate Getter(Func<int> slot);

    /// <summary>Disposes of values that hold native memory, such as images.</summary>
    public virtual void Release()
    {
    }
}

/// <summary>Values that are no vectors.</summary>
/// <typeparam name="T">The column's raw type.</typeparam>
internal sealed class ScalarBlock<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBlock
{
    private readonly ValueGetter<T> _read = row.GetGetter<T>(column);
    private readonly T[] _values = new T[capacity];

    /// <summary>Gets a value.</summary>
    /// <param name="slot">Which row's.</param>
    public T this[int slot] => _values[slot];

    public override void Fill(int slot) => _read(ref _values[slot]);

    public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T value) => value = _values[slot()]);

    public override void Release()
    {
        foreach (var value in _values) (value as IDisposable)?.Dispose();
    }
}

/// <summary>Vectors. A reader may write into the buffer it was given, so each gets a copy.</summary>
/// <typeparam name="T">The items' type.</typeparam>
internal sealed class VectorBlock<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBlock
{
    private readonly ValueGetter<VBuffer<T>> _read = row.GetGetter<VBuffer<T>>(column);
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    /// <summary>Gets a vector.</summary>
    /// <param name="slot">Which row's.</param>
    public ref readonly VBuffer<T> this[int slot] => ref _values[slot];

    public override void Fill(int slot) => _read(ref _values[slot]);

    public override Delegate Getter(Func<int> slot) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[slot()].CopyTo(ref value));
}
