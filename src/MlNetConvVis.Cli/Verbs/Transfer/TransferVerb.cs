using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Cli.Verbs.Transfer;

/// <summary><c>transfer</c>: the paper's transfer experiment, from options or from a pipeline.</summary>
internal sealed class TransferVerb : Verb
{
    private const string Wanted = "a pipeline in YAML";

    private readonly Argument<string[]> _pipeline = new("PIPELINE.yaml")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = Wanted + " with a 'transfer' or 'depth' section, in place of --model and --data",
    };
    private readonly ValueOption _layer = new("--layer", "L", "a layer", "the layer the new last layer stands on, as 'convvis inspect' names it");
    private readonly ValueOption _protocol = new(
        "--protocol", "NAME", string.Join(", ", TransferProtocols.ByName.Keys),
        "folder (5, 15 and 30 photos a class), caltech101 (15 and 30), caltech256 (6, 15, 30, 45 and 60), voc2012 (average precision); default folder");
    private readonly ValueOption _perClass = new(
        "--per-class", "N[,N...]", "a list of whole numbers of 1 or more, separated by commas,", "training photos a class; default what the protocol says")
    { IsList = true };
    private readonly ValueOption _splits = new(
        "--splits", "FILE", "a file as 'transfer' writes it", "splits to take (transfer/splits.json of another run) in place of drawing them");
    private readonly ValueOption _source = new(
        "--source", "DIR", "a folder with a folder of photos for each class",
        "what the network was trained on: target photos that are in it too are listed and left out, as the paper does");
    private readonly ValueOption _engine = new(
        "--engine", "NAME", "convvis or mlnet", "what computes features and fits the head: convvis, or mlnet (ML.NET's chain, which saves model.zip); default convvis");
    private readonly BaselineOptions _baselines = new();
    private readonly StudyOptions _study = new("softmax", "any number");

    public TransferVerb()
        : base("transfer", "retrain only the last layer for new classes, and test it by the paper's protocol")
    {
        Command.Arguments.Add(_pipeline);
        Takes([.. _study.All, _layer, _protocol, _perClass, _splits, _source, _engine, .. _baselines.All]);
    }

    public override string Details =>
        "Extracts features once, trains a softmax or a linear SVM on some photos of each class, tests on others, several times, and prints the mean over " +
        "classes ± its deviation over folds. Writes report.html, results.json, transfer/*.csv, the splits (transfer/splits.json) and transfer/model.onnx: " +
        "preprocessing, frozen layers and the first head, trained on all photos, in one file with class names.\n" + ModelOptions.Note;

    public override IReadOnlyList<string> Examples =>
    [
        "--model net.onnx --data photos --layer pool5 --out runs/transfer",
        "--model net.onnx --data 101_ObjectCategories --layer pool5 --protocol caltech101 --per-class 15,30 --head softmax,svm --out runs/caltech101",
        "pipelines/caltech101.yaml",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var (spec, command) = _study.HasModel(given) ? (FromOptions(given, terminal), given.CommandLine) : FromPipeline(given);
        var result = RunVerb.Run(spec, Common, given, terminal, command);
        if (!given.Flag(Common.Json) && PipelineResultsFile.Read(result.Results) is { Transfers.Count: > 0 } numbers) Print(terminal, numbers);
        RunVerb.Report(result, Common, given, terminal);
        return ExitCode.Ok;
    }

    private PipelineSpec FromOptions(Arguments given, Terminal terminal)
    {
        if (!given.Has(_layer)) _ = given.Required(_layer);
        var named = TransferProtocols.ByName[given.Choice(_protocol, [.. TransferProtocols.ByName.Keys]) ?? TransferProtocols.Folder.Name];
        var protocol = _study.Protocol(given, named);
        var images = given.Has(_perClass) ? PerClass(given) : protocol.ImagesPerClass;
        if (named == TransferProtocols.Voc2012) _baselines.Refuse(given, named.Name);
        var spec = _study.Spec(given, terminal, "transfer", $"What {given.Required(_layer)} carries over to new classes");
        var source = given.Text(_source);
        return spec with
        {
            Data = spec.Data with { Source = source is null ? null : Path.GetFullPath(source) },
            Overlap = source is null ? null : new OverlapSection(0.95, LeaveOut: true),
            Transfer = new TransferSection(given.Required(_layer), protocol with { ImagesPerClass = images })
            {
                IsRanking = named == TransferProtocols.Voc2012,
                Heads = _study.Heads(given, HeadKind.Softmax),
                MostFeatures = _study.MostFeatures(given, int.MaxValue),
                Splits = given.Text(_splits) is { } splits ? Path.GetFullPath(splits) : null,
                BesideUntrained = _baselines.Untrained(given),
                FromScratch = _baselines.FromScratch(given, images, protocol.Folds),
                Engine = Engine(given),
            },
        };
    }

    private ITransferEngine? Engine(Arguments given) => given.Choice(_engine, "convvis", "mlnet") != "mlnet" ? null
#if HAS_MLNET
        : new MLNet.MLNetTransferEngine();
#else
        : throw new UsageException($"{_engine.Name} is mlnet, but this build has no ML.NET: its packages did not restore; 'convvis doctor' says why.");
#endif

    private int[] PerClass(Arguments given) => [.. given.Items(_perClass).Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw Arguments.Wrong(_perClass, text))];

    private (PipelineSpec Spec, string Command) FromPipeline(Arguments given)
    {
        var spec = PipelineReader.Read(given.Required(_pipeline, Wanted + ", or --model, --data and --layer"));
        if (spec.Transfer is null)
            throw new UsageException($"'{spec.File}' has no 'transfer' section, which says what to retrain; add one, or use 'convvis run'.");
        if (given.Text(_study.Out) is { } folder) spec = spec with { Out = Path.GetFullPath(folder) };
        if (Engine(given) is { } engine) spec = spec with { Transfer = spec.Transfer with { Engine = engine } };
        return (spec with { Visualize = null }, $"convvis transfer {Path.GetRelativePath(Directory.GetCurrentDirectory(), spec.File)}");
    }

    private static void Print(Terminal terminal, PipelineNumbers numbers)
    {
        var table = new TextTable(new("Head"), new("A class", IsNumber: true), new("Accuracy", IsNumber: true), new("±", IsNumber: true), new("Folds"), new("L2"));
        foreach (var result in numbers.Transfers)
        {
            foreach (var row in result.Rows)
            {
                table.Add(
                    result.Protocol.Head.Kind == HeadKind.Svm ? "svm" : "softmax", row.ImagesPerClass.ToString(CultureInfo.InvariantCulture),
                    Percent(row.MeanAccuracy), row.StandardDeviation is { } deviation ? Percent(deviation) : "",
                    string.Join(' ', row.Folds.Select(static f => Percent(f.Accuracy))),
                    string.Join(' ', row.Folds.Select(static f => f.L2.ToString("0.####", CultureInfo.InvariantCulture)).Distinct()));
            }
        }

        table.Write(terminal.Output, terminal.Width);
    }

    internal static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
