using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MlNetConvVis.Specs.Yaml;

/// <summary>What a YAML value is.</summary>
public enum YamlKind
{
    /// <summary>No value: nothing, <c>~</c> or <c>null</c>.</summary>
    Nothing,

    /// <summary>Text, a number, or true or false.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>Keys and values.</summary>
    Map,
}

/// <summary>A YAML value that knows its place in the file. Its readers check what they read; errors name file, line, column and key.</summary>
public sealed class YamlValue
{
    private readonly YamlNode _node;
    private readonly string _file;
    private readonly Func<string, string?> _environment;

    internal YamlValue(YamlNode node, string file, string path, Func<string, string?> environment) =>
        (_node, _file, Path, _environment) = (node, file, path, environment);

    /// <summary>Gets the keys and list places that lead here from the top, such as <c>layers[0].conv1.kernel</c>; empty at the top.</summary>
    public string Path { get; }

    /// <summary>Gets where the value stands.</summary>
    public SourcePosition Position => PositionOf(_node);

    /// <summary>Gets what the value is.</summary>
    public YamlKind Kind => _node switch
    {
        YamlMappingNode => YamlKind.Map,
        YamlSequenceNode => YamlKind.List,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" } => YamlKind.Nothing,
        _ => YamlKind.Scalar,
    };

    /// <summary>Reads text, with variables expanded.</summary>
    /// <returns>The text; may be empty where it is quoted.</returns>
    /// <exception cref="SpecException">It is a list, a map or nothing, or names an unset variable.</exception>
    public string AsText() => Scalar() ?? throw Wrong("a text");

    /// <summary>Reads a whole number.</summary>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    /// <returns>The number.</returns>
    /// <exception cref="SpecException">It is no whole number, or out of range.</exception>
    public int AsInt(int least = int.MinValue, int most = int.MaxValue) =>
        int.TryParse(Scalar(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong($"a whole number{Range(least, most, int.MinValue, int.MaxValue)}");

    /// <summary>Reads a real number.</summary>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    /// <returns>The number; finite.</returns>
    /// <exception cref="SpecException">It is no number, or out of range.</exception>
    public float AsFloat(float least = float.MinValue, float most = float.MaxValue) =>
        float.TryParse(Scalar(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong($"a number{Range(least, most, float.MinValue, float.MaxValue)}");

    /// <summary>Reads true or false.</summary>
    /// <returns>The truth value.</returns>
    /// <exception cref="SpecException">It is neither.</exception>
    public bool AsBool() => Scalar() switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>Reads one of several names; upper and lower case count as equal.</summary>
    /// <typeparam name="T">What the names stand for.</typeparam>
    /// <param name="choices">The names, and what each stands for.</param>
    /// <returns>What the name stands for.</returns>
    /// <exception cref="SpecException">It is none of the names.</exception>
    public T AsChoice<T>(IReadOnlyDictionary<string, T> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var text = Scalar() ?? throw Wrong($"one of {string.Join(", ", choices.Keys)}");
        foreach (var (name, choice) in choices.Where(c => c.Key.Equals(text, StringComparison.OrdinalIgnoreCase))) return choice;
        throw Error($"{Label} is '{text}', which is not one of its choices. {NearestName.Hint(text, [.. choices.Keys])}");
    }

    /// <summary>Reads a list.</summary>
    /// <returns>Its items in order.</returns>
    /// <exception cref="SpecException">It is no list.</exception>
    public IReadOnlyList<YamlValue> AsList() => _node is YamlSequenceNode list
        ? [.. list.Children.Select((item, index) => new YamlValue(item, _file, $"{Path}[{index}]", _environment))]
        : throw Wrong("a list");

    /// <summary>Reads a list, or a single item as a list of one.</summary>
    /// <returns>The items in order.</returns>
    public IReadOnlyList<YamlValue> AsOneOrMore() => Kind == YamlKind.List ? AsList() : [this];

    /// <summary>Reads a map.</summary>
    /// <returns>Its keys and values.</returns>
    /// <exception cref="SpecException">It is no map, or a key of it is not text.</exception>
    public YamlMap AsMap()
    {
        if (_node is not YamlMappingNode map) throw Wrong("a map (key: value)");
        return new YamlMap(this, [.. map.Children.Select(pair => Entry(pair.Key, pair.Value))]);
    }

    /// <summary>Makes an error about this value; the caller throws it.</summary>
    /// <param name="wanted">What was wanted, such as "a whole number of 1 or more".</param>
    /// <returns>The error: place, key, what came, what was wanted.</returns>
    public SpecException Wrong(string wanted) => Error($"{Label} is {Description()}; {wanted} was wanted.");

    /// <summary>Makes an error at this value; the caller throws it.</summary>
    /// <param name="problem">What came, what was wanted, what to do.</param>
    /// <returns>The error, with the value's place.</returns>
    public SpecException Error(string problem) => new(Position, problem);

    /// <inheritdoc/>
    public override string ToString() => $"{Position}: {Label} is {Description()}";

    /// <summary>Gets the value as YamlDotNet read it, to write it out again.</summary>
    internal YamlNode Node => _node;

    /// <summary>What messages call the value.</summary>
    internal string Label => Path.Length > 0 ? $"'{Path}'" : "the file's top level";

    private string? Scalar() => Kind == YamlKind.Scalar ? VariableExpansion.Expand(((YamlScalarNode)_node).Value ?? "", _environment, Position) : null;

    private YamlEntry Entry(YamlNode key, YamlNode value)
    {
        if (key is not YamlScalarNode { Value: { Length: > 0 } name })
            throw new SpecException(PositionOf(key), $"a key of {Label} is not a name; '- ' before an item makes a list, quotes make a text of braces.");
        return new YamlEntry(name, PositionOf(key), new YamlValue(value, _file, Path.Length > 0 ? $"{Path}.{name}" : name, _environment));
    }

    private SourcePosition PositionOf(YamlNode node) => new(_file, (int)node.Start.Line, (int)node.Start.Column);

    private string Description() => _node switch
    {
        YamlMappingNode map => $"a map with {(map.Children.Count == 0 ? "no keys" : string.Join(", ", map.Children.Keys.Select(static k => $"'{k}'")))}",
        YamlSequenceNode list => $"a list of {list.Children.Count}",
        _ => Scalar() is { } text ? $"'{text}'" : "without a value",
    };

    private static string Range<T>(T least, T most, T lowest, T highest)
        where T : IComparable<T> => (least.CompareTo(lowest) > 0, most.CompareTo(highest) < 0) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $" from {least} to {most}"),
            (true, false) => string.Create(CultureInfo.InvariantCulture, $" of {least} or more"),
            (false, true) => string.Create(CultureInfo.InvariantCulture, $" of {most} or less"),
            _ => "",
        };
}
