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
    private const float DefaultValidation = 0.1f;

    private readonly Argument<string[]> _spec =
        new("SPEC.yaml") { Arity = ArgumentArity.ZeroOrMore, Description = Wanted + ", such as models/zfnet64.yaml" };
    private readonly ValueOption _data = new(
        "--data", "DIR", "a folder with a folder of photos for each class",
        "the photos: one folder a class; two such folders called 'train' and 'val'; or a known data set as it comes; a .tar of these too")
    { IsRequired = true };
    private readonly ValueOption _out = new(
        "--out", "DIR", "a folder", "where the network, metrics, curves and checkpoints go")
    { IsRequired = true };
    private readonly FlagOption _resume = new("--resume", "go on from the newest checkpoint in the folder; without one, begin");
    private readonly ValueOption _recipe = new(
        "--recipe", "NAME", "modern or paper",
        "modern (cosine, label smoothing, varied pictures) or paper (Zeiler and Fergus 2013, section 3); default what the spec says under " +
        "'training', or modern");
    private readonly ValueOption _validation = new(
        "--validation", "SHARE", "a number of 0 or more and less than 1",
        "the share of each class that is kept for checking; default 0.1; not with 'train' and 'val' folders");
    private readonly ValueOption _seed = new(
        "--seed", "N", "a whole number of 0 or more",
        "decides initial weights, order and variation: the same seed, the same network; default 0");
    private readonly ValueOption _engine = new(
        "--engine", "NAME", "onnx or torchsharp",
        "what trains: onnx (ONNX Runtime), or torchsharp where it was built in; default onnx");
    private readonly FlagOption _mixed = new("--mixed-precision", "convolutions and dense layers in float16; with --engine torchsharp on CUDA");
    private readonly FlagOption _deterministic = new(
        "--deterministic", "the same weights to the bit on CUDA too, slower; with --engine torchsharp (on the processor it is so anyway)");
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");

    private readonly RecipeOptions _settings = new();

    public TrainVerb()
        : base("train", "train a network on folders of photos and write it as ONNX")
    {
        Command.Arguments.Add(_spec);
        Takes([_data, _out, _resume, _recipe, _validation, _seed, _engine, _mixed, _deterministic, _strict, .. _settings.All]);
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
        var engine = Engines.Named(
            given.Choice(_engine, Engines.Names) ?? "onnx", _engine, [.. new[] { _mixed, _deterministic }.Where(given.Flag)]);
        var spec = NetworkSpec.Read(given.Required(_spec, Wanted));
        var options = Options(given, spec, terminal);
        var data = given.Required(_data);
        var folder = OutputPath.Folder(given, _out);
        var photos = Photos(given, data, options.Seed, terminal);
        var (set, trained) = terminal.WithProgress(progress =>
        {
            var set = Read(given, spec, photos, progress, terminal);
            var network = spec.Compile(set.Classes.Count, (long)options.Seed);
            var trainer = new ConvNetTrainer(network, set, options, engine);
            var page = new TrainingPage(folder, spec, set, options, engine.Name, terminal.Note);
            return (set, trainer.Train(folder, given.Flag(_resume), new EpochLines(progress, page), terminal.Cancellation));
        });
        Report(given, terminal, TrainResult.Of(trained, set, spec.CountParameters(set.Classes.Count), clock.Elapsed.TotalSeconds));
        return ExitCode.Ok;
    }

    /// <summary>What the spec says under <c>training</c>, unless a recipe is named; then the options one by one.</summary>
    private TrainingOptions Options(Arguments given, NetworkSpec spec, Terminal terminal)
    {
        var recipe = given.Choice(_recipe, [.. RecipeSettings.Presets.Keys]) is { } name ? RecipeSettings.Presets[name]
            : spec.Training is { } section ? RecipeYaml.Read(section, TrainingOptions.Modern) : TrainingOptions.Modern;
        var session = Common.Session(given, terminal);
        return (_settings.Apply(given, recipe) with
        {
            Seed = (ulong)(given.Whole(_seed, 0) ?? 0),
            Device = session.Device,
            Threads = session.Threads,
            Note = session.Note,
        }).Checked();
    }

    /// <summary>Finds the photos to train on, and those to check with.</summary>
    private (ImageSet Training, ImageSet? Validation) Photos(Arguments given, string data, ulong seed, Terminal terminal)
    {
        var found = ImageSets.Open(data);
        foreach (var note in found.Notes) terminal.Note(note);
        if (found.Validation is not null)
        {
            return !given.Has(_validation) ? (found.Training, found.Validation) : throw new UsageException(
                $"{_validation.Name} was given, but '{data}' has photos to check with of its own ({found.Description}); one of both was wanted.");
        }

        var all = found.Training;
        var share = given.Real(_validation, 0, 0.999f) ?? DefaultValidation;
        if (share == 0) return (all, null);
        if (all.Labels().CountBy(static l => l).FirstOrDefault(static c => c.Value < 2) is { Value: 1, Key: var lonely })
        {
            throw new DataException(
                $"Class '{all.Classes[lonely]}' of '{data}' has a single image, which cannot be trained on and checked with. " +
                $"Add images, or keep none for checking with {_validation.Name} 0.");
        }

        var split = DataSplit.Stratified(all.Labels(), share, seed);
        return (all.Subset(split.Train), all.Subset(split.Test));
    }

    private TrainingSet Read(
        Arguments given, NetworkSpec spec, (ImageSet Training, ImageSet? Validation) photos, WorkProgress progress, Terminal terminal)
    {
        progress.Report(0, $"Reading {photos.Training.Images.Count + (photos.Validation?.Images.Count ?? 0)} photos");
        var loading = Common.Loading(given, given.Flag(_strict));
        var preprocessing = TrainedNetwork.PreprocessingOf(spec);
        var set = TrainingSet.Load(photos.Training, photos.Validation, preprocessing, loading, terminal.Cancellation);
        foreach (var broken in set.Skipped) terminal.Note(broken.Message + " It is skipped.");
        return set;
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
