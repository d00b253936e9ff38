using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Cli.Verbs.Transfer;

/// <summary><c>depth</c>: heads on layer after layer, as in the paper's table 7.</summary>
internal sealed class DepthVerb : Verb
{
    private const int MostFeatures = 10_000;
    private const int DefaultPerClass = 30;

    private readonly ValueOption _layers = new(
        "--layers", "L,L[,L...]", "two layers or more, separated by commas", "the layers, from the image upwards, as 'convvis inspect' names them", "--layer")
    { IsList = true, IsRequired = true };
    private readonly ValueOption _perClass = new("--per-class", "N", "a whole number of 2 or more", "training photos a class; default 30");
    private readonly StudyOptions _study = new("svm,softmax", MostFeatures.ToString(CultureInfo.InvariantCulture));

    public DepthVerb()
        : base("depth", "compare layers by what a softmax or an SVM makes of them (the paper's table 7)") => Takes([.. _study.All, _layers, _perClass]);

    public override string Details =>
        "Trains heads on the features of each layer, all on the same splits, and says whether accuracy rises with depth: no layer falls below the best one " +
        "before it, and the last lies above the first, by more than both deviations together. Writes report.html, results.json and depth/depth.csv.\n" +
        ModelOptions.Note;

    public override IReadOnlyList<string> Examples =>
        ["--model net.onnx --data 101_ObjectCategories --layers pool1,pool2,conv3,conv4,pool5,fc7 --out runs/depth"];

    public override int Run(Arguments given, Terminal terminal)
    {
        var layers = given.RequiredItems(_layers);
        if (layers.Count < 2) throw Arguments.Wrong(_layers, layers[0]);
        var protocol = _study.Protocol(given, TransferProtocols.Caltech101) with { Name = "depth", ImagesPerClass = [given.Whole(_perClass, 2) ?? DefaultPerClass] };
        var spec = _study.Spec(given, terminal, "depth", "What each layer knows") with
        {
            Depth = new DepthSection(layers, protocol)
            {
                Heads = _study.Heads(given, HeadKind.Svm, HeadKind.Softmax),
                MostFeatures = _study.MostFeatures(given, MostFeatures),
            },
        };
        var result = RunVerb.Run(spec, Common, given, terminal, given.CommandLine);
        if (!given.Flag(Common.Json)) Print(terminal, PipelineResultsFile.Read(result.Results).Depth!);
        RunVerb.Report(result, Common, given, terminal);
        return ExitCode.Ok;
    }

    private static void Print(Terminal terminal, DepthResult depth)
    {
        var table = new TextTable(
            new("Head"), new("Layer"), new("Shape"), new("Features", IsNumber: true), new("Accuracy", IsNumber: true), new("±", IsNumber: true));
        foreach (var row in depth.Rows)
        {
            table.Add(
                row.Head == HeadKind.Svm ? "svm" : "softmax", row.Layer, row.Shape, row.Features.ToString("N0", CultureInfo.InvariantCulture),
                TransferVerb.Percent(row.Accuracy), row.Deviation is { } deviation ? TransferVerb.Percent(deviation) : "");
        }

        table.Write(terminal.Output, terminal.Width);
        foreach (var claim in depth.Claims) terminal.Output.WriteLine(claim.Sentence());
    }
}
