using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>The arguments of one call, checked. Every refusal is one line: what came, what was wanted.</summary>
internal sealed class Arguments
{
    private readonly ParseResult _parsed;

    public Arguments(ParseResult parsed)
    {
        _parsed = parsed;
        foreach (var option in parsed.CommandResult.Command.Options.OfType<ValueOption>()) Check(option);
    }

    /// <summary>Gets the call as it can be typed again.</summary>
    public string CommandLine => string.Join(
        ' ', _parsed.Tokens.Select(static t => t.Value.Contains(' ', StringComparison.Ordinal) ? $"\"{t.Value}\"" : t.Value).Prepend("convvis"));

    public string? Text(ValueOption option) => Values(option) is [var text] ? text : null;

    public string Required(ValueOption option) => Text(option) ?? throw Missing(option);

    public bool Has(Option option) => _parsed.GetResult(option) is { Implicit: false };

    public bool Has(Argument<string[]> argument) => _parsed.GetValue(argument) is { Length: > 0 };

    public bool Flag(FlagOption option) => _parsed.GetValue(option);

    /// <summary>Gets the one positional argument.</summary>
    public string Required(Argument<string[]> argument, string wanted) => _parsed.GetValue(argument) switch
    {
        [var text] when text.Length > 0 => text,
        [_, var second, ..] => throw new UsageException($"'{second}' is one argument too many; {wanted} alone was wanted."),
        _ => throw new UsageException($"{argument.Name} is missing; {wanted} was wanted."),
    };

    /// <summary>Gets one or more positional arguments.</summary>
    public IReadOnlyList<string> All(Argument<string[]> argument, string wanted) =>
        _parsed.GetValue(argument) is { Length: > 0 } texts && !texts.Contains("") ? texts
            : throw new UsageException($"{argument.Name} is missing; {wanted} was wanted.");

    /// <summary>Gets a list: separated by commas, or from an option that comes several times.</summary>
    public IReadOnlyList<string> Items(ValueOption option)
    {
        var items = Values(option).SelectMany(static v => v.Split(',', StringSplitOptions.TrimEntries)).ToArray();
        return items.Contains("") ? throw Wrong(option, string.Join(',', Values(option))) : items;
    }

    /// <summary>Gets a list with at least one entry, each once.</summary>
    public IReadOnlyList<string> RequiredItems(ValueOption option) =>
        Items(option) is { Count: > 0 } items ? [.. items.Distinct(StringComparer.Ordinal)] : throw Missing(option);

    public int? Whole(ValueOption option, int least, int most = int.MaxValue) => Text(option) is { } text
        ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong(option, text)
        : null;

    public float? Real(ValueOption option, float least, float most) => Text(option) is { } text
        ? float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Wrong(option, text)
        : null;

    public string? Choice(ValueOption option, params IReadOnlyCollection<string> choices) =>
        Text(option) is not { } text || choices.Contains(text) ? Text(option)
        : throw new UsageException($"{option.Name} is '{text}', which is not one of its choices. {NearestName.Hint(text, choices)}");

    public static UsageException Wrong(ValueOption option, string text) => new($"{option.Name} is '{text}'; {option.Wanted} was wanted.");

    private static UsageException Missing(ValueOption option) => new($"{option.Name} is missing; {option.Wanted} was wanted.");

    private string[] Values(ValueOption option) =>
        _parsed.GetResult(option) is { } result ? [.. result.Tokens.Select(static t => t.Value)] : [];

    private void Check(ValueOption option)
    {
        if (_parsed.GetResult(option) is not { Implicit: false } result) return;
        if (result.Tokens.FirstOrDefault(static t => t.Value.StartsWith("--", StringComparison.Ordinal)) is { } taken)
        {
            throw new UsageException(
                $"{option.Name} came without a value ('{taken.Value}' stands in its place); {option.Wanted} was wanted.");
        }

        if (result.Tokens.Count < result.IdentifierTokenCount || result.Tokens.Any(static t => t.Value.Length == 0))
            throw new UsageException($"{option.Name} came without a value; {option.Wanted} was wanted.");
        if (!option.IsList && result.Tokens.Count > 1)
            throw new UsageException($"{option.Name} came {result.Tokens.Count} times ('{string.Join("', '", Values(option))}'); once was wanted.");
    }
}
