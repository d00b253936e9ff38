using System.CommandLine;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;

namespace MlNetConvVis.Cli.Verbs;

/// <summary>One verb of the command line: its options, its help, and one call into the library.</summary>
internal abstract class Verb
{
    protected Verb(string name, string summary)
    {
        Command = new Command(name, summary) { TreatUnmatchedTokensAsErrors = false };
        Common = new CommonOptions();
    }

    public Command Command { get; }

    /// <summary>Gets what every verb understands.</summary>
    public CommonOptions Common { get; }

    public string Name => Command.Name;

    /// <summary>Gets what help says below the summary: what comes out, and what words mean.</summary>
    public abstract string Details { get; }

    /// <summary>Gets calls to copy, without the program's name in front.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public abstract int Run(Arguments given, Terminal terminal);

    protected void Takes(params IEnumerable<Option> options)
    {
        foreach (var option in options.Concat(Common.All)) Command.Options.Add(option);
    }
}
