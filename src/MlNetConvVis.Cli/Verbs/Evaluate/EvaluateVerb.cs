using System.CommandLine;
using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Verbs.Evaluate;

/// <summary><c>evaluate</c>: how often models recognise labelled photos.</summary>
internal sealed class EvaluateVerb : Verb
{
    private const string Wanted = "an ONNX file";

    private readonly Argument<string[]> _models =
        new("MODEL") { Arity = ArgumentArity.ZeroOrMore, Description = "one or more ONNX files; of several the probabilities are averaged" };
    private readonly ValueOption _data = new(
        "--data", "DIR", "a folder with a folder of photos for each class",
        "the photos: one folder a class, called as the model calls its classes, or a data set as it comes; where it has photos to check with, those")
    { IsRequired = true };
    private readonly ValueOption _batch = new("--batch", "N", "a whole number of 1 or more", "photos of one run; default 32");
    private readonly ValueOption _crops = new(
        "--crops", "1|10", "1 or 10", "10 averages four corners, centre and their mirror images of each photo, as in the paper; default 1");
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");
    private readonly ModelOptions _model = new();

    public EvaluateVerb()
        : base("evaluate", "measure how often models recognise photos of known classes")
    {
        Command.Arguments.Add(_models);
        Takes([_data, _crops, _batch, _strict, .. _model.All]);
    }

    public override string Details =>
        "Prints how many photos are recognised (top 1), and for how many the true class is among the five strongest (top 5; where there are more than " +
        "five classes), for each class too, with what it is taken for most often. Several models are averaged: the class with the highest mean " +
        "probability counts.\n" + ModelOptions.Note;

    public override IReadOnlyList<string> Examples =>
    [
        "runs/mine/model-best.onnx --data photos/val",
        "runs/a/model.onnx runs/b/model.onnx --data photos/val --json",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var files = given.All(_models, Wanted);
        var photos = Photos(given.Required(_data), terminal);
        var options = new EvaluationOptions
        {
            Session = Common.Session(given, terminal),
            Loading = Common.Loading(given, given.Flag(_strict)),
            Batch = given.Whole(_batch, least: 1) ?? 32,
            UsesTenCrops = given.Choice(_crops, "1", "10") == "10",
        };
        ConvNet[] nets = [.. files.Select(file => _model.Load(given, file, terminal))];
        var found = terminal.WithProgress(progress => ModelEvaluation.Run(
            nets, photos, options, progress.Counting("Looking at", "photo", photos.Images.Count * nets.Length), terminal.Cancellation));
        foreach (var broken in found.Broken) terminal.Note(broken.Message + " It is skipped.");
        var result = EvaluateResult.Of(found, files, options.UsesTenCrops ? TenCrops.Count : 1);
        if (given.Flag(Common.Json)) terminal.Json(result);
        else Print(result, terminal);
        return ExitCode.Ok;
    }

    private static ImageSet Photos(string data, Terminal terminal)
    {
        var found = ImageSets.Open(data);
        foreach (var note in found.Notes) terminal.Note(note);
        return found.Validation ?? found.Training;
    }

    private static void Print(EvaluateResult result, Terminal terminal)
    {
        Column[] near = result.Top5 is null ? [] : [new Column("Top 5", IsNumber: true)];
        var table = new TextTable(
            [new Column("Class"), new Column("Photos", IsNumber: true), new Column("Right", IsNumber: true), .. near, new Column("Mostly taken for")]);
        foreach (var row in result.Classes)
        {
            string[] top5 = row.Top5 is { } part ? [Percent(part)] : [];
            var taken = row.TakenFor is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.TakenFor} ({row.TakenForCount})");
            table.Add([row.Name, row.Images.ToString(CultureInfo.InvariantCulture), Percent(row.Top1), .. top5, taken]);
        }

        table.Write(terminal.Output, terminal.Width);
        terminal.Output.WriteLine();
        if (result.Models.Count > 1)
        {
            foreach (var model in result.Models) terminal.Line($"{model.Model}: right on {model.Top1:0.0%}{Top5(model.Top5)}, loss {model.Loss:0.000}");
        }

        var who = result.Models.Count > 1 ? FormattableString.Invariant($"Mean of {result.Models.Count} models: right") : "Right";
        terminal.Line($"{who} on {result.Top1:0.0%} of {result.Images:N0} photos{Top5(result.Top5)}, loss {result.Loss:0.000}");
        terminal.Line($"Mean over {result.Classes.Count} classes: {result.MeanClassTop1:0.0%}");
        if (result.MostConfused.Count > 0)
        {
            terminal.Line($"Most frequent mistakes: {string.Join("; ", result.MostConfused.Take(5).Select(static m =>
                string.Create(CultureInfo.InvariantCulture, $"{m.TrueClass} taken for {m.TakenFor} ({m.Count})")))}");
        }
    }

    private static string Top5(double? share) => share is { } part ? FormattableString.Invariant($" (top 5: {part:0.0%})") : "";

    private static string Percent(double share) => share.ToString("0.0%", CultureInfo.InvariantCulture);
}
