using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Cli.Output;
using MlNetConvVis.Cli.Parsing;
using MlNetConvVis.Data;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Cli.Verbs;

/// <summary><c>train</c>: a network from a spec and folders of photos.</summary>
internal sealed class TrainVerb : Verb
{
    private const string Wanted = "a network spec in YAML";
    private const float DefaultValidation = 0.1f;

    private readonly Argument<string[]> _spec = new("SPEC.yaml") { Arity = ArgumentArity.ZeroOrMore, Description = Wanted + ", such as models/zfnet64.yaml" };
    private readonly ValueOption _data = new("--data", "DIR", "a folder with a folder of photos for each class", "the photos: one folder a class; or two such folders called 'train' and 'val'") { IsRequired = true };
    private readonly ValueOption _out = new("--out", "DIR", "a folder", "where model.onnx, metrics.csv and checkpoints go") { IsRequired = true };
    private readonly FlagOption _resume = new("--resume", "go on from the newest checkpoint in the folder; without one, begin");
    private readonly ValueOption _recipe = new("--recipe", "NAME", "modern or paper", "modern (cosine, label smoothing, varied pictures) or paper (Zeiler and Fergus 2013, section 3); default modern");
    private readonly ValueOption _epochs = new("--epochs", "N", "a whole number from 1 to 100000", "how often every photo is seen; default 12 (paper: 70)");
    private readonly ValueOption _batch = new("--batch", "N", "a whole number from 1 to 65536", "photos of one step; default 64 (paper: 128)");
    private readonly ValueOption _rate = new("--learning-rate", "R", "a number above 0 and at most 100", "the highest learning rate; default 0.02 (paper: 0.01)");
    private readonly ValueOption _validation = new("--validation", "SHARE", "a number of 0 or more and less than 1", "the share of each class that is kept for checking; default 0.1; not with 'train' and 'val' folders");
    private readonly ValueOption _seed = new("--seed", "N", "a whole number of 0 or more", "decides initial weights, order and variation: the same seed, the same network; default 0");
    private readonly ValueOption _engine = new("--engine", "NAME", "onnx or torchsharp", "what trains: onnx (ONNX Runtime); default onnx");
    private readonly FlagOption _strict = new("--strict", "stop at an image that cannot be read; otherwise it is named and skipped");

    public TrainVerb()
        : base("train", "train a network on folders of photos and write it as ONNX")
    {
        Command.Arguments.Add(_spec);
        Takes(_data, _out, _resume, _recipe, _epochs, _batch, _rate, _validation, _seed, _engine, _strict);
    }

    public override string Details =>
        "Writes model.onnx, which carries its preprocessing and class names, metrics.csv (a row an epoch) and checkpoints/ (after every epoch). Interrupted with Ctrl+C, it goes on with --resume and " +
        "ends with the same network. The photos are read once and kept in memory.";

    public override IReadOnlyList<string> Examples =>
    [
        "models/zfnet64.yaml --data photos --out runs/mine",
        "models/zfnet64.yaml --data photos --out runs/mine --epochs 30 --resume",
    ];

    public override int Run(Arguments given, Terminal terminal)
    {
        var clock = Stopwatch.StartNew();
        RefuseOtherEngine(given);
        var spec = NetworkSpec.Read(given.Required(_spec, Wanted));
        var options = Options(given, terminal);
        var data = given.Required(_data);
        var folder = OutputPath.Folder(given, _out);
        var (training, validation) = Sets(given, data, options.Seed);
        var result = terminal.WithProgress(progress =>
        {
            progress.Report(0, $"Reading {training.Images.Count + (validation?.Images.Count ?? 0)} photos");
            var set = TrainingSet.Load(training, validation, TrainedNetwork.PreprocessingOf(spec), Common.Loading(given, given.Flag(_strict)), terminal.Cancellation);
            foreach (var broken in set.Skipped) terminal.Note(broken.Message + " It is skipped.");
            var network = spec.Compile(set.Classes.Count, (long)options.Seed);
            var trained = new ConvNetTrainer(network, set, options).Train(folder, given.Flag(_resume), new EpochLines(progress), terminal.Cancellation);
            return new TrainResult(trained.ModelFile!, set.Classes, set.Training.Count, set.Validation.Count, spec.CountParameters(set.Classes.Count), trained.Resumed, trained.Epochs,
                clock.Elapsed.TotalSeconds, [.. set.Skipped.Select(static b => new SkippedImage(b.File, b.Message))]);
        });
        Report(given, terminal, result);
        return ExitCode.Ok;
    }

    private void RefuseOtherEngine(Arguments given)
    {
        if (given.Choice(_engine, "onnx", "torchsharp") == "torchsharp")
            throw new UsageException($"{_engine.Name} is 'torchsharp', but this build has no TorchSharp trainer; leave the option out or take onnx.");
    }

    private TrainingOptions Options(Arguments given, Terminal terminal)
    {
        var recipe = given.Choice(_recipe, "modern", "paper") == "paper" ? TrainingOptions.Paper : TrainingOptions.Modern;
        var session = Common.Session(given, terminal);
        return (recipe with
        {
            Epochs = given.Whole(_epochs, 1, 100_000) ?? recipe.Epochs,
            BatchSize = given.Whole(_batch, 1, 65_536) ?? recipe.BatchSize,
            LearningRate = recipe.LearningRate with { Peak = given.Real(_rate, 1e-8f, 100) ?? recipe.LearningRate.Peak },
            Seed = (ulong)(given.Whole(_seed, 0) ?? 0),
            Device = session.Device,
            Threads = session.Threads,
            Note = session.Note,
        }).Checked();
    }

    private (ImageSet Training, ImageSet? Validation) Sets(Arguments given, string data, ulong seed)
    {
        var (train, val) = (Path.Combine(data, "train"), Path.Combine(data, "val"));
        if (Directory.Exists(train) && Directory.Exists(val))
            return given.Has(_validation) ? throw new UsageException($"{_validation.Name} was given, but '{data}' has the folders 'train' and 'val'; one of both was wanted.") : (ImageFolder.Scan(train), ImageFolder.Scan(val));
        var all = ImageFolder.Scan(data);
        var share = given.Real(_validation, 0, 0.999f) ?? DefaultValidation;
        if (share == 0) return (all, null);
        if (all.Labels().CountBy(static l => l).FirstOrDefault(static c => c.Value < 2) is { Value: 1, Key: var lonely })
            throw new DataException($"Class '{all.Classes[lonely]}' of '{data}' has a single image, which cannot be trained on and checked with. Add images, or keep none for checking with {_validation.Name} 0.");
        var split = DataSplit.Stratified(all.Labels(), share, seed);
        return (all.Subset(split.Train), all.Subset(split.Test));
    }

    private void Report(Arguments given, Terminal terminal, TrainResult result)
    {
        if (given.Flag(Common.Json))
        {
            terminal.Json(result);
            return;
        }

        var last = result.Epochs[^1];
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Parameters:N0} parameters, {result.Classes.Count} classes, {result.TrainingImages:N0} photos, {result.Epochs.Count} epochs in {result.Seconds:0} s"));
        terminal.Output.WriteLine(last.ValidationAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"Right on {accuracy:0.0%} of {result.ValidationImages:N0} photos that it was not trained on ({last.TrainingAccuracy:0.0%} of the others, as they were varied)")
            : string.Create(CultureInfo.InvariantCulture, $"Right on {last.TrainingAccuracy:0.0%} of the training photos, as they were varied"));
        terminal.Output.WriteLine($"Written to {result.Model}; 'convvis inspect {result.Model}' lists its layers.");
    }

    /// <summary>Every step moves the bar, every epoch leaves a line.</summary>
    private sealed class EpochLines(WorkProgress progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress p)
        {
            var left = p.Remaining is { } remaining ? $", {(int)remaining.TotalMinutes}:{remaining.Seconds:00} left" : "";
            progress.Report((p.Epoch - 1 + ((double)p.Step / p.Steps)) / p.Epochs, string.Create(CultureInfo.InvariantCulture,
                $"Epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:0.00}, {p.ImagesPerSecond:0} photos a second{left}"));
            if (p.Finished is not { } epoch) return;
            var check = epoch.ValidationAccuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $", checked {accuracy:0.0%} right (loss {epoch.ValidationLoss:0.000})") : "";
            progress.Note(string.Create(CultureInfo.InvariantCulture,
                $"Epoch {epoch.Epoch,3} of {p.Epochs}: trained {epoch.TrainingAccuracy:0.0%} right (loss {epoch.TrainingLoss:0.000}){check}, {epoch.Seconds:0.0} s"));
        }
    }
}

/// <summary>What <c>train --json</c> says.</summary>
internal sealed record TrainResult(
    string Model, IReadOnlyList<string> Classes, int TrainingImages, int ValidationImages, long Parameters, int? ResumedAfter, IReadOnlyList<EpochMetrics> Epochs, double Seconds,
    IReadOnlyList<SkippedImage> Skipped);
