using System.CommandLine;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>run</c>: a whole pipeline; <c>transfer</c>: the same without pictures.</summary>
internal sealed class RunVerb : Verb
{
    private const string Wanted = "a pipeline in YAML";

    private readonly Argument<string[]> _pipeline = new("PIPELINE.yaml")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = Wanted + ", such as pipelines/quickstart.yaml"
    };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where everything goes; default: what the pipeline says");
    private readonly bool _onlyTransfer;

    private RunVerb(string name, string summary, bool onlyTransfer)
        : base(name, summary)
    {
        _onlyTransfer = onlyTransfer;
        Command.Arguments.Add(_pipeline);
        Takes(_out);
    }

    public override string Details => (_onlyTransfer
            ? "Extracts features once, retrains only the softmax by the pipeline's protocol, and prints accuracy ± deviation. " +
            "The 'visualize' section of the pipeline is left out. "
            : "Prepares the images, trains the network, retrains the softmax for new classes, draws what the layers respond to, " +
            "and writes report.html and results.json; each where the pipeline has a section for it. ") +
        "Interrupted at any point, it goes on where it was when it is run again; what is done is not done twice.";

    public override IReadOnlyList<string> Examples => [$"pipelines/quickstart.yaml{(_onlyTransfer ? " --json" : "")}", "my.yaml --out runs/mine"];

    public static RunVerb WholePipeline() => new("run", "run a pipeline: train, transfer, pictures, report", onlyTransfer: false);

    public static RunVerb OnlyTransfer() => new("transfer", "retrain the softmax for new classes by a pipeline's protocol", onlyTransfer: true);

    public override int Run(Arguments given, Terminal terminal)
    {
        var spec = PipelineReader.Read(given.Required(_pipeline, Wanted));
        if (given.Text(_out) is { } folder) spec = spec with { Out = Path.GetFullPath(folder) };
        if (_onlyTransfer && spec.Transfer is null)
            throw new UsageException($"'{spec.File}' has no 'transfer' section, which says what to retrain; add one, or use 'convvis run'.");
        if (_onlyTransfer) spec = spec with { Visualize = null };
        var command = $"convvis {Name} {Path.GetRelativePath(Directory.GetCurrentDirectory(), spec.File)}";
        var result = terminal.WithProgress(progress =>
            PipelineRunner.Run(spec, Common.Session(given, terminal), new StepLines(progress), command, terminal.Cancellation));
        if (given.Flag(Common.Json)) terminal.Output.WriteLine(File.ReadAllText(result.Results));
        else terminal.Output.WriteLine(result.NothingToDo ? $"Everything was done already. The report: {result.Report}" : $"The report: {result.Report}");
        return ExitCode.Ok;
    }

    /// <summary>A line when a step begins and one when it ends; the bar shows what happens between.</summary>
    private sealed class StepLines(WorkProgress progress) : IPipelineObserver
    {
        private string _place = "";

        public void Started(PipelineStep step, int number, int steps)
        {
            _place = $"{number}/{steps}";
            progress.Report(0, $"{_place} {step.Title}");
        }

        public void Progressed(double share, string status) => progress.Report(share, $"{_place} {status}");

        public void Noted(string note) => progress.Note($"     {note}");

        public void Finished(PipelineStep step, string summary, bool wasDone) =>
            progress.Note($"{_place}  {step.Title}{(wasDone ? " (done before)" : "")}: {summary}");
    }
}
