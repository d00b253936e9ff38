using System.Globalization;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Trains the network, going on from its last checkpoint, and makes an untrained one of the same shape.</summary>
internal sealed class TrainStep : IPipelineWork
{
    public PipelineStep Step { get; } = new("train", "Train the network");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "train 1", context.Data.Fingerprint, NetworkSpec.Read(context.Spec.Train!.Spec).SourceText!, context.Spec.Train.Options.ToJson());

    public string Run(PipelineContext context, string folder)
    {
        var (spec, section, data) = (NetworkSpec.Read(context.Spec.Train!.Spec), context.Spec.Train, context.Data);
        if (data.Training is null) throw new PipelineException("There are no images to train on; name a 'source' folder under 'data'.");
        var options = section.Options with
        {
            Device = context.Settings.Device,
            Threads = context.Settings.Threads,
            Note = context.Observer.Noted,
        };
        context.Observer.Progressed(0, "reading the images");
        var set = TrainingSet.Load(data.Training, data.Validation, TrainedNetwork.PreprocessingOf(spec), context.Loading,
            context.Cancellation);
        foreach (var broken in set.Skipped) context.Observer.Noted(broken.Message);
        var network = spec.Compile(set.Classes.Count, (long)context.Spec.Seed);
        OnnxFile.Write(UntrainedNetwork.Of(network, set, options, cancellation: context.Cancellation), context.UntrainedFile);
        var result = new ConvNetTrainer(network, set, options)
            .Train(folder, resume: true, new StepProgress<TrainingProgress>(p => Tell(context, p)), context.Cancellation);
        context.Folder.WriteJson(Path.Combine(folder, "metrics.json"), result.Epochs);
        return Summary(result.Epochs);
    }

    private static void Tell(PipelineContext context, TrainingProgress p)
    {
        var share = (p.Epoch - 1 + ((double)p.Step / p.Steps)) / p.Epochs;
        var left = p.Remaining is { } remaining ? $", {(int)remaining.TotalMinutes}:{remaining.Seconds:00} left" : "";
        context.Observer.Progressed(share, string.Create(CultureInfo.InvariantCulture,
            $"epoch {p.Epoch}/{p.Epochs}, loss {p.Loss:0.00}, accuracy {p.Accuracy:0%}, {p.ImagesPerSecond:0} images/s{left}"));
    }

    private static string Summary(IReadOnlyList<EpochMetrics> epochs) => epochs[^1] is var last && last.ValidationAccuracy is { } validation
        ? string.Create(CultureInfo.InvariantCulture,
            $"{epochs.Count} epochs, {validation:0.0%} right on images it was not trained on ({last.TrainingAccuracy:0.0%} on those it was)")
        : string.Create(CultureInfo.InvariantCulture, $"{epochs.Count} epochs, {last.TrainingAccuracy:0.0%} right on the training images");
}
