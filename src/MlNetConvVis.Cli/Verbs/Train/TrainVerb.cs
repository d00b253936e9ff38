using System.CommandLine;
using System.Diagnostics;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs.Train;

/// <summary><c>train</c>: a network from a spec and folders of photos.</summary>
internal sealed class TrainVerb : Verb
{
    private const string Wanted = "a network spec in YAML";

    private readonly Argument<string[]> _spec =
        new("SPEC.yaml") { Arity = ArgumentArity.ZeroOrMore, Description = Wanted + ", such as models/zfnet64.yaml" };
    private readonly ValueOption _out = new(
        "--out", "DIR", "a folder", "where the network, metrics, curves and checkpoints go")
    { IsRequired = true };
    private readonly FlagOption _resume = new("--resume", "go on from the newest checkpoint in the folder; without one, begin");
    private readonly RecipeOptions _recipe = new("the spec");
    private readonly EngineOptions _engine = new();
    private readonly TrainingPhotos _photos;

    public TrainVerb()
        : base("train", "train a network on folders of photos and write it as ONNX")
    {
        _photos = new TrainingPhotos(Common);
        Command.Arguments.Add(_spec);
        Takes([_photos.Data, _out, _resume, _recipe.Recipe, .. _photos.Others, _recipe.Seed, .. _engine.All, .. _recipe.Settings]);
    }

    public override string Details =>
        "Writes model.onnx (the last epoch) and model-best.onnx (the epoch with the lowest error on photos that are kept for checking), which carry their " +
        "preprocessing and class names, metrics.csv and report.html (both after every epoch), and checkpoints/. Interrupted with Ctrl+C or killed, it goes " +
        "on with --resume and ends with the same network. The photos are read once and kept in memory.\n" +
        "Everything in the recipe has an option below, of the same name as in the 'training' section of a spec and the 'train' section of a pipeline; " +
        "docs/training.md has them beside the paper's values.";

    public override IReadOnlyList<string> Examples =>
    [
        "models/zfnet64.yaml --data photos --out runs/mine",
        "models/zfnet64.yaml --data photos --out runs/mine --epochs 30 --resume",
        "models/zfnet.yaml --data imagenet --out runs/zfnet --recipe paper --keep-epochs 1,2,5,10,20,30,40,64",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        var engine = _engine.Given(given);
        var spec = NetworkSpec.Read(given.Required(_spec, Wanted));
        var options = _recipe.Given(given, spec.Training, Common.Session(given, terminal));
        var folder = OutputPath.Folder(given, _out);
        var photos = _photos.Find(given, options.Seed, terminal);
        var (set, trained) = terminal.WithProgress(progress =>
        {
            progress.Report(0, $"Reading {photos.Training.Images.Count + (photos.Validation?.Images.Count ?? 0)} photos");
            var set = _photos.Read(given, TrainedNetwork.PreprocessingOf(spec), photos, terminal);
            var network = spec.Compile(set.Classes.Count, (long)options.Seed);
            var trainer = new ConvNetTrainer(network, set, options, engine);
            var page = new TrainingPage(folder, spec, set, options, engine.Name, terminal.Note);
            return (set, trainer.Train(folder, given.Flag(_resume), new EpochLines(progress, page), terminal.Cancellation));
        });
        Report(given, terminal, TrainResult.Of(trained, set, spec.CountParameters(set.Classes.Count), clock.Elapsed.TotalSeconds));
        return ExitCode.Ok;
    }

    private void Report(Arguments given, Terminal terminal, TrainResult result)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var (last, size) = (result.Epochs[^1], $"{result.Epochs.Count} epochs");
        terminal.Line($"{result.Parameters:N0} parameters, {result.Classes.Count} classes, {result.TrainingImages:N0} photos, {size} in {result.Seconds:0} s");
        if (result.StoppedEarly) terminal.Line($"Stopped early: the error on photos kept for checking fell no more");
        if (last.ValidationAccuracy is { } accuracy)
        {
            var top5 = last.ValidationTop5 is { } near ? FormattableString.Invariant($" (top 5: {near:0.0%})") : "";
            terminal.Line($"Right on {accuracy:0.0%} of {result.ValidationImages:N0} photos that it was not trained on{top5}");
        }

        terminal.Line($"Right on {last.TrainingAccuracy:0.0%} of the photos that it was trained on, as they were varied");
        if (result is { BestModel: { } best, BestEpoch: { } epoch } && epoch != result.Epochs.Count)
            terminal.Line($"The best was epoch {epoch}, right on {result.Epochs[epoch - 1].ValidationAccuracy:0.0%}: {best}");
        terminal.Line($"Written to {result.Model}; 'convvis inspect {result.Model}' lists its layers. Curves: {result.Report}");
    }
}
