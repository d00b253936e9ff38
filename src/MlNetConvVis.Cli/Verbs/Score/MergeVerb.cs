using System.CommandLine;
using System.Diagnostics;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Scoring;

namespace MlNetConvVis.Cli.Verbs.Score;

/// <summary><c>merge</c>: joins what the shards of <c>score</c> wrote.</summary>
internal sealed class MergeVerb : Verb
{
    private readonly Argument<string[]> _folder =
        new("DIR") { Arity = ArgumentArity.ZeroOrMore, Description = "the --out folder that all shards were scored into" };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where the joined results go; default the same folder");

    public MergeVerb()
        : base("merge", "join what the shards of a scoring run wrote")
    {
        Command.Arguments.Add(_folder);
        Takes([_out]);
    }

    public override string Details =>
        "Checks that all shards are there, finished, unchanged, and of one model, list and options, and writes what 'score' without --shard would have " +
        "written, byte for byte. Shards stay as they are.";

    public override IReadOnlyList<string> Examples => ["scores", "/shared/scores --out here --json"];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var folder = given.Required(_folder, "the folder of the shards");
        if (!Directory.Exists(folder)) throw new UsageException($"'{folder}' does not exist; the folder that 'score --shard I/N --out' wrote into was wanted.");
        var into = given.Has(_out) ? OutputPath.Folder(given, _out) : null;
        var result = ScoreMerge.Run(folder, into);
        ScoreReport.Write(given.Flag(Common.Json), terminal, result, clock.Elapsed.TotalSeconds, Shard.Whole);
        return ExitCode.Ok;
    }
}
