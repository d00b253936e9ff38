namespace MlNetConvVis.Specs.Yaml;

/// <summary>One key of a map with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyPosition">Where the key stands.</param>
/// <param name="Value">The value.</param>
public sealed record YamlEntry(string Key, SourcePosition KeyPosition, YamlValue Value);

/// <summary>
/// A YAML map read key by key. A reader without fallback requires its key; with one, the key may be absent. Call
/// <see cref="EnsureNoOtherKeys"/> first, so that a misspelt key is reported as such and not as a missing one.
/// </summary>
public sealed class YamlMap
{
    private readonly YamlValue _self;
    private readonly Dictionary<string, YamlEntry> _byKey;

    internal YamlMap(YamlValue self, IReadOnlyList<YamlEntry> entries)
    {
        _self = self;
        Entries = entries;
        _byKey = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!_byKey.TryAdd(entry.Key, entry))
            {
                throw new SpecException(entry.KeyPosition,
                    $"key '{entry.Key}' of {self.Label} is there twice, first in line {_byKey[entry.Key].KeyPosition.Line}; leave out one.");
            }
        }
    }

    /// <summary>Gets keys and values in the file's order.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; }

    /// <summary>Gets where the map begins.</summary>
    public SourcePosition Position => _self.Position;

    /// <summary>Gets the keys and list places that lead here from the top; empty at the top.</summary>
    public string Path => _self.Path;

    /// <summary>Gets the value of a required key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="SpecException">The key is not there.</exception>
    public YamlValue this[string key] => Find(key) ?? throw _self.Error($"{_self.Label} has no '{key}', which is required." +
        (NearestName.Of(key, _byKey.Keys) is { } near ? $" Was '{near}' meant to be it?" : ""));

    /// <summary>Gets the value of an optional key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The value; null when the key is absent.</returns>
    public YamlValue? Find(string key) => _byKey.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <summary>Gets whether a key is there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True when it is.</returns>
    public bool Has(string key) => _byKey.ContainsKey(key);

    /// <summary>Refuses keys that nobody reads.</summary>
    /// <param name="known">Every key that is allowed.</param>
    /// <exception cref="SpecException">There is another key; the message names the nearest known one.</exception>
    public void EnsureNoOtherKeys(params IReadOnlyCollection<string> known)
    {
        foreach (var entry in Entries.Where(e => !known.Contains(e.Key)))
            throw new SpecException(entry.KeyPosition, $"{_self.Label} knows no key '{entry.Key}'. {NearestName.Hint(entry.Key, known)}");
    }

    /// <summary>Reads a text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">What an absent key means; null when it is required.</param>
    /// <returns>The text, with variables expanded.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is no text.</exception>
    public string Text(string key, string? fallback = null) => Find(key) is null && fallback is not null ? fallback : this[key].AsText();

    /// <summary>Reads a whole number.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">What an absent key means; null when it is required.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    /// <returns>The number.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is no whole number in range.</exception>
    public int Int(string key, int? fallback = null, int least = int.MinValue, int most = int.MaxValue) =>
        Find(key) is null && fallback is { } number ? number : this[key].AsInt(least, most);

    /// <summary>Reads a real number.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">What an absent key means; null when it is required.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    /// <returns>The number; finite.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is no number in range.</exception>
    public float Float(string key, float? fallback = null, float least = float.MinValue, float most = float.MaxValue) =>
        Find(key) is null && fallback is { } number ? number : this[key].AsFloat(least, most);

    /// <summary>Reads true or false.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">What an absent key means; null when it is required.</param>
    /// <returns>The truth value.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is neither.</exception>
    public bool Bool(string key, bool? fallback = null) => Find(key) is null && fallback is { } truth ? truth : this[key].AsBool();

    /// <summary>Reads one of several names; upper and lower case count as equal.</summary>
    /// <typeparam name="T">What the names stand for.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="choices">The names, and what each stands for.</param>
    /// <returns>What the name stands for.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is none of the names.</exception>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices) => this[key].AsChoice(choices);

    /// <summary>Reads one of several names, or takes a fallback.</summary>
    /// <typeparam name="T">What the names stand for.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="choices">The names, and what each stands for.</param>
    /// <param name="fallback">What an absent key means.</param>
    /// <returns>What the name stands for.</returns>
    /// <exception cref="SpecException">The value is none of the names.</exception>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices, T fallback) => Find(key) is { } value ? value.AsChoice(choices) : fallback;

    /// <summary>Reads a required list.</summary>
    /// <typeparam name="T">What an item becomes.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="item">Reads one item.</param>
    /// <returns>The items in order; may be empty.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is no list.</exception>
    public IReadOnlyList<T> List<T>(string key, Func<YamlValue, T> item) => [.. this[key].AsList().Select(item)];

    /// <summary>Reads an optional list.</summary>
    /// <typeparam name="T">What an item becomes.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="item">Reads one item.</param>
    /// <param name="fallback">What an absent key means.</param>
    /// <returns>The items in order.</returns>
    /// <exception cref="SpecException">The value is no list.</exception>
    public IReadOnlyList<T> List<T>(string key, Func<YamlValue, T> item, IReadOnlyList<T> fallback) => Has(key) ? List(key, item) : fallback;

    /// <summary>Reads a required map.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The map.</returns>
    /// <exception cref="SpecException">The key is missing, or its value is no map.</exception>
    public YamlMap Map(string key) => this[key].AsMap();

    /// <summary>Makes a map that reads like this one in messages, but holds other keys, each of which knows its own place.</summary>
    internal YamlMap Holding(IReadOnlyList<YamlEntry> entries) => new(_self, entries);

    /// <summary>Makes an error at this map; the caller throws it.</summary>
    /// <param name="problem">What came, what was wanted, what to do.</param>
    /// <returns>The error, with the map's place.</returns>
    public SpecException Error(string problem) => _self.Error(problem);
}
