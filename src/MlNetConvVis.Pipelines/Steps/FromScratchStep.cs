using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Specs;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>The baseline of the paper's tables 4 and 5: the same network trained from scratch on each fold's training images alone, tested on the fold's test
/// images. A network that is done is not trained again.</summary>
internal sealed class FromScratchStep : IPipelineWork
{
    public const string ResultFile = "from-scratch.json";

    public PipelineStep Step { get; } = new("from-scratch", "Train the same network on the new classes alone");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "from scratch 1", new TransferStep().Fingerprint(context), context.Shape.SourceText!, Section(context).Options.ToJson(),
        Section(context).Folds.ToString(CultureInfo.InvariantCulture), string.Join(',', Section(context).ImagesPerClass));

    public string Run(PipelineContext context, string folder)
    {
        var section = Section(context);
        using var features = TransferFeatures.Open(context, "trained");
        var splits = SplitFile.Read(context.Folder.In("transfer", TransferStep.SplitsFile), features.Matrix.ClassNames, features.Names);
        var protocol = context.Spec.Transfer!.Protocol with { ImagesPerClass = section.ImagesPerClass, Folds = section.Folds };
        var all = TrainingSet.Load(
            FeaturesStep.Target(context), null, TrainedNetwork.PreprocessingOf(context.Shape), context.Loading, context.Cancellation);
        if (all.Pixels.Count != features.Matrix.Rows)
        {
            throw new PipelineException($"{all.Pixels.Count} target images can be read, but there are features of {features.Matrix.Rows}. " +
                "Remove the folder 'features' and run again.");
        }

        var (done, networks) = (0, section.Folds * section.ImagesPerClass.Count);
        var result = TransferStep.Attempt(() => protocol.Run(features.Matrix, [.. splits.Take(section.Folds)], (fold, train, test, _) =>
        {
            var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{train.Count}-images-fold-{fold + 1}.json"));
            var share = ((double)done / networks, (done + 1.0) / networks);
            if (!File.Exists(file)) context.Folder.WriteJson(file, Classify(context, all, fold, train, test, share));
            done++;
            return RunFolder.ReadJson<FoldPrediction>(file);
        }, cancel: context.Cancellation));
        context.Folder.WriteJson(Path.Combine(folder, ResultFile), result);
        return string.Join("; ", result.Rows.Select(static r =>
            string.Create(CultureInfo.InvariantCulture, $"{r.ImagesPerClass} a class: {r.MeanAccuracy:0.0%}")));
    }

    private static FromScratchSection Section(PipelineContext context) => context.Spec.Transfer!.FromScratch!;

    private static FoldPrediction Classify(
        PipelineContext context, TrainingSet all, int fold, IReadOnlyList<int> train, IReadOnlyList<int> test, (double From, double To) share)
    {
        var options = Section(context).Options with
        {
            Seed = unchecked(context.Spec.Seed + (ulong)fold),
            Device = context.Settings.Device,
            Threads = context.Settings.Threads,
            Note = context.Observer.Noted,
        };
        var set = new TrainingSet(all.Pixels, all.Labels, all.Classes, train, [], all.Preprocessing);
        var network = context.Shape.Compile(set.Classes.Count, (long)options.Seed);
        var progress = new StepProgress<TrainingProgress>(p => context.Observer.Progressed(
            share.From + ((share.To - share.From) * (p.Epoch - 1 + ((double)p.Step / p.Steps)) / p.Epochs), string.Create(CultureInfo.InvariantCulture,
            $"{train.Count} images, fold {fold + 1}: epoch {p.Epoch}/{p.Epochs}, loss {p.Loss:0.00}, {p.ImagesPerSecond:0} images/s")));
        var trained = new ConvNetTrainer(network, set, options).Train(null, progress: progress, cancellation: context.Cancellation);
        return new FoldPrediction(Predict(context, new ConvNet(trained.Network), network.Logits, set, test), options.WeightDecay, trained.Epochs.Count, true);
    }

    private static int[] Predict(PipelineContext context, ConvNet net, string logits, TrainingSet set, IReadOnlyList<int> places)
    {
        var classes = new int[places.Count];
        using var extractor = new FeatureExtractor(net, [logits], switches: false, context.Settings, batch: 64);
        extractor.Run(
            places.Count, (i, image) => set.Preprocessing.Normalize(set.Pixels.Read([places[i]])[0], image),
            (first, count, batch) =>
            {
                var scores = batch.Floats(logits);
                for (var i = 0; i < count; i++)
                {
                    var row = scores.Slice(i * set.Classes.Count, set.Classes.Count);
                    classes[first + i] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row);
                }
            });
        return classes;
    }
}
