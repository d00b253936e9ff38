using System.CommandLine;
using System.CommandLine.Parsing;
using MlNetConvVis.Cli.Verbs;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Cli.Parsing;

/// <summary>What a call asks for.</summary>
/// <param name="Verb">The verb; null where help or the version of the whole program is wanted.</param>
/// <param name="Given">The verb's arguments; null where help is wanted.</param>
/// <param name="WantsVersion">Whether the version is wanted.</param>
internal sealed record Request(Verb? Verb, Arguments? Given, bool WantsVersion = false);

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
        if (verbs.FirstOrDefault(v => v.Command == parsed.CommandResult.Command) is { } asked) return OfVerb(asked, parsed);
        if (parsed.UnmatchedTokens is [var first, ..]) throw UnknownVerb(first, verbs);
        return new Request(null, null, parsed.GetValue(version));
    }

    private static Request OfVerb(Verb verb, ParseResult parsed)
    {
        if (parsed.GetValue(verb.Common.Help)) return new Request(verb, null);
        if (parsed.UnmatchedTokens is [var first, ..]) throw Unknown(first, verb);
        if (parsed.Errors is [var error, ..]) throw new UsageException(error.Message);
        return new Request(verb, new Arguments(parsed));
    }

    private static UsageException UnknownVerb(string name, IReadOnlyList<Verb> verbs) =>
        new(name.StartsWith('-') ? $"option '{name}' stands where a verb was wanted. Known: {string.Join(", ", verbs.Select(static v => v.Name))}."
            : $"there is no verb '{name}'. {NearestName.Hint(name, [.. verbs.Select(static v => v.Name)])}");

    private static UsageException Unknown(string token, Verb verb) => new(token.StartsWith('-')
        ? $"there is no option '{token}'. {NearestName.Hint(token, [.. verb.Command.Options.Select(static o => o.Name)])}"
        : $"'{token}' belongs to no option. Options begin with --; put quotes around values with spaces.");
}
