using System.Collections;

namespace MlNetConvVis.Graph;

/// <summary>
/// The attributes of a node by name. A value is a <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <see cref="OnnxTensor"/>,
/// <see cref="OnnxBranch"/>, or an array of <see cref="long"/>, <see cref="float"/> or <see cref="string"/>. Immutable.
/// </summary>
public sealed class OnnxAttributes : IReadOnlyCollection<KeyValuePair<string, object>>
{
    private readonly SortedDictionary<string, object> _values;

    private OnnxAttributes(SortedDictionary<string, object> values) => _values = values;

    /// <summary>Gets the attributes of a node that has none.</summary>
    public static OnnxAttributes None { get; } = new(new(StringComparer.Ordinal));

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <summary>Creates attributes.</summary>
    /// <param name="values">Names and values of the types that this class names.</param>
    /// <returns>The attributes.</returns>
    /// <exception cref="GraphException">A value has another type.</exception>
    public static OnnxAttributes Of(params IEnumerable<(string Name, object Value)> values)
    {
        var checkedValues = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            checkedValues[name] = Checked(name, value);
        return new OnnxAttributes(checkedValues);
    }

    /// <summary>Adds or replaces one attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>New attributes.</returns>
    public OnnxAttributes With(string name, object value) =>
        new(new SortedDictionary<string, object>(_values, StringComparer.Ordinal) { [name] = Checked(name, value) });

    /// <summary>Leaves out attributes.</summary>
    /// <param name="names">Their names; absent ones do no harm.</param>
    /// <returns>New attributes.</returns>
    public OnnxAttributes Without(params IReadOnlyCollection<string> names) =>
        Of(_values.Where(pair => !names.Contains(pair.Key)).Select(static pair => (pair.Key, pair.Value)));

    /// <summary>Gets whether an attribute is there.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True when it is.</returns>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Gets a whole number.</summary>
    /// <param name="name">The attribute.</param>
    /// <param name="fallback">ONNX's default for it.</param>
    /// <returns>The value, or the default when absent.</returns>
    public long Int(string name, long fallback) => Get(name, fallback);

    /// <summary>Gets a real number.</summary>
    /// <param name="name">The attribute.</param>
    /// <param name="fallback">ONNX's default for it.</param>
    /// <returns>The value, or the default when absent.</returns>
    public float Float(string name, float fallback) => Get(name, fallback);

    /// <summary>Gets a text.</summary>
    /// <param name="name">The attribute.</param>
    /// <param name="fallback">ONNX's default for it.</param>
    /// <returns>The value, or the default when absent.</returns>
    public string Text(string name, string fallback) => Get(name, fallback);

    /// <summary>Gets whole numbers.</summary>
    /// <param name="name">The attribute.</param>
    /// <returns>The values, or null when absent.</returns>
    public long[]? Ints(string name) => Has(name) ? Get<long[]>(name, []) : null;

    /// <summary>Gets a tensor.</summary>
    /// <param name="name">The attribute.</param>
    /// <returns>The tensor, or null when absent.</returns>
    public OnnxTensor? Tensor(string name) => Has(name) ? Get<OnnxTensor>(name, null!) : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _values.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static object Checked(string name, object value) => value switch
    {
        long or float or string or OnnxTensor or OnnxBranch or long[] or float[] or string[] => value,
        int number => (long)number,
        _ => throw new GraphException($"Attribute '{name}' has a value of type {value.GetType().Name}; " +
            "a long, float, string, tensor, branch, or an array of long, float or string was wanted."),
    };

    private T Get<T>(string name, T fallback) => !_values.TryGetValue(name, out var value) ? fallback
        : value is T typed ? typed
        : throw new GraphException($"Attribute '{name}' is a {value.GetType().Name}; a {typeof(T).Name} was wanted.");
}
