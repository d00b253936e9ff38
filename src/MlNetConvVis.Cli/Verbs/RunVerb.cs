using System.CommandLine;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>run</c>: a whole pipeline.</summary>
internal sealed class RunVerb : Verb
{
    private const string Wanted = "a pipeline in YAML";

    private readonly Argument<string[]> _pipeline = new("PIPELINE.yaml")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = Wanted + ", such as pipelines/quickstart.yaml"
    };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where everything goes; default: what the pipeline says");

    public RunVerb()
        : base("run", "run a pipeline: train, transfer, pictures, report")
    {
        Command.Arguments.Add(_pipeline);
        Takes(_out);
    }

    public override string Details =>
        "Prepares the images, trains the network, retrains the last layer for new classes, compares layers, draws what they respond to, " +
        "and writes report.html and results.json; each where the pipeline has a section for it. " +
        "Interrupted at any point, it goes on where it was when it is run again; what is done is not done twice.";

    public override IReadOnlyList<string> Examples => ["pipelines/quickstart.yaml", "my.yaml --out runs/mine"];

    public override int Run(Arguments given, Terminal terminal)
    {
        var spec = PipelineReader.Read(given.Required(_pipeline, Wanted));
        if (given.Text(_out) is { } folder) spec = spec with { Out = Path.GetFullPath(folder) };
        var command = $"convvis {Name} {Path.GetRelativePath(Directory.GetCurrentDirectory(), spec.File)}";
        var result = Run(spec, Common, given, terminal, command);
        Report(result, Common, given, terminal);
        return ExitCode.Ok;
    }

    /// <summary>Runs a pipeline, a line a step.</summary>
    internal static PipelineResult Run(PipelineSpec spec, CommonOptions common, Arguments given, Terminal terminal, string command) =>
        terminal.WithProgress(progress =>
            PipelineRunner.Run(spec, common.Session(given, terminal), new StepLines(progress), command, terminal.Cancellation));

    /// <summary>Says where the results are, or what they are.</summary>
    internal static void Report(PipelineResult result, CommonOptions common, Arguments given, Terminal terminal)
    {
        if (given.Flag(common.Json)) terminal.Output.WriteLine(File.ReadAllText(result.Results));
        else terminal.Output.WriteLine(result.NothingToDo ? $"Everything was done already. The report: {result.Report}" : $"The report: {result.Report}");
    }
}
