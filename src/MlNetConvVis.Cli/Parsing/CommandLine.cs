using System.CommandLine;
using System.CommandLine.Parsing;
using MlNetConvVis.Cli.Verbs;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>What a call asks for.</summary>
/// <param name="Verb">The verb; null where help or the version of the whole program is wanted.</param>
/// <param name="Parsed">What the parser made of it.</param>
/// <param name="WantsVersion">Whether the version is wanted.</param>
internal sealed record Request(Verb? Verb, ParseResult Parsed, bool WantsVersion = false)
{
    /// <summary>Gets whether the verb's help is wanted.</summary>
    public bool WantsHelp => Verb is { } verb && Parsed.GetValue(verb.Common.Help);

    /// <summary>Checks the verb's arguments.</summary>
    /// <exception cref="UsageException">An option is unknown, comes without a value, or too often.</exception>
    public Arguments Arguments()
    {
        var positional = Verb!.Command.Arguments.SelectMany(a => Parsed.GetResult(a)?.Tokens ?? []).Select(static t => t.Value);
        var unknown = Parsed.UnmatchedTokens.Concat(positional).FirstOrDefault(static t => t.StartsWith('-'));
        if (unknown is not null) throw CommandLine.UnknownOption(unknown, Verb);
        var given = new Arguments(Parsed);
        return Parsed.UnmatchedTokens is [var stray, ..]
            ? throw new UsageException($"'{stray}' belongs to no option. Options begin with --; put quotes around values with spaces.")
            : Parsed.Errors is [var error, ..] ? throw new UsageException(error.Message)
            : given;
    }
}

/// <summary>Finds verb and arguments. System.CommandLine splits the tokens; unknown ones are refused here, with the nearest known name.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration s_plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static Request Parse(IReadOnlyList<string> args, IReadOnlyList<Verb> verbs)
    {
        var (help, version) = (new FlagOption("--help", "", "-h", "-?"), new FlagOption("--version", ""));
        var root = new Command("convvis") { TreatUnmatchedTokensAsErrors = false };
        root.Options.Add(help);
        root.Options.Add(version);
        foreach (var verb in verbs) root.Subcommands.Add(verb.Command);
        var parsed = CommandLineParser.Parse(root, args is ["help", ..] ? [.. args.Skip(1), "--help"] : args, s_plain);
        if (verbs.FirstOrDefault(v => v.Command == parsed.CommandResult.Command) is { } asked) return new Request(asked, parsed);
        if (parsed.UnmatchedTokens is [var first, ..]) throw UnknownVerb(first, verbs);
        return new Request(null, parsed, parsed.GetValue(version));
    }

    private static UsageException UnknownVerb(string name, IReadOnlyList<Verb> verbs) =>
        new(name.StartsWith('-')
            ? $"option '{name}' stands where a verb was wanted. Known: {string.Join(", ", verbs.Select(static v => v.Name))}."
            : $"there is no verb '{name}'. {NearestName.Hint(name, [.. verbs.Select(static v => v.Name)])}");

    public static UsageException UnknownOption(string token, Verb verb)
    {
        var known = verb.Command.Options.Select(static o => o.Name).ToArray();
        var hint = NearestName.Of(token, known) is { } meant ? $"Did you mean '{meant}'?" : NearestName.Hint(token, known);
        return new UsageException($"there is no option '{token}'. {hint}");
    }
}
