using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Onnx;
using MlNetConvVis.Training;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Extracts the transfer layer's features for all target images: into the cache, or, where switches are wanted, with every switch before it into
/// files of the run.</summary>
internal sealed class FeaturesStep : IPipelineWork
{
    /// <summary>The file with the target image behind each row of the features.</summary>
    public const string RowsFile = "rows.json";

    public PipelineStep Step { get; } = new("features", "Extract features");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "features 2", context.Data.Fingerprint, context.Network.Hash!, context.Network.Preprocessing?.ToJson() ?? "", context.Spec.Transfer!.Layer,
        context.Spec.Transfer.BesideUntrained.ToString(), context.Spec.Transfer.Switches.ToString(),
        context.Spec.Transfer.MostFeatures.ToString(CultureInfo.InvariantCulture), context.Spec.Transfer.Engine?.Name ?? "");

    public string Run(PipelineContext context, string folder)
    {
        if (context.Spec.Transfer!.Engine is not null) return ForEngine(context, folder);
        if (context.Spec.Transfer!.BesideUntrained && context.Spec.Train is null) WriteUntrained(context);
        if (!context.Spec.Transfer!.Switches) return IntoCache(context, folder);
        var (layer, target) = (context.Spec.Transfer!.Layer, Target(context));
        var frames = context.Load(target.Sources());
        WriteIndex(context, Path.Combine(folder, "index.csv"), frames.Sources);
        context.Folder.WriteJson(Path.Combine(folder, RowsFile), frames.Sources);
        var columns = Extract(context, context.Network, layer, frames, folder, "trained", (0, context.Spec.Transfer.BesideUntrained ? 0.5 : 1));
        if (context.Spec.Transfer.BesideUntrained)
            Extract(context, ConvNet.Load(context.UntrainedFile), layer, frames, folder, "untrained", (0.5, 1));
        return string.Create(CultureInfo.InvariantCulture, $"{columns:N0} features of '{layer}' for each of {frames.Count:N0} images");
    }

    private static string ForEngine(PipelineContext context, string folder)
    {
        using var features = TransferFeatures.Open(context, "trained");
        int[] all = [.. Enumerable.Range(0, features.Matrix.Rows)];
        WriteIndex(context, Path.Combine(folder, "index.csv"), all);
        context.Folder.WriteJson(Path.Combine(folder, RowsFile), all);
        return string.Create(CultureInfo.InvariantCulture,
            $"{features.Matrix.Columns:N0} features of '{context.Spec.Transfer!.Layer}' for each of {all.Length:N0} images, by {context.Spec.Transfer.Engine!.Name}");
    }

    /// <summary>Random weights, and statistics of batch normalisation over the target's images.</summary>
    private static void WriteUntrained(PipelineContext context)
    {
        var set = TrainingSet.Load(
            Target(context), null, TrainedNetwork.PreprocessingOf(context.Shape), new() { Threads = context.Threads }, context.Cancellation);
        var options = new TrainingOptions { Seed = context.Spec.Seed, Device = context.Settings.Device, Threads = context.Settings.Threads };
        var network = context.Shape.Compile(set.Classes.Count, (long)context.Spec.Seed);
        OnnxFile.Write(UntrainedNetwork.Of(network, set, options, cancellation: context.Cancellation), context.UntrainedFile);
    }

    private static string IntoCache(PipelineContext context, string folder)
    {
        var (section, span) = (context.Spec.Transfer!, context.Spec.Transfer!.BesideUntrained ? 0.5 : 1);
        using var features = TargetFeatures.Open(context, context.Network, [section.Layer], section.MostFeatures, "trained", (0, span));
        WriteIndex(context, Path.Combine(folder, "index.csv"), features.Sources);
        context.Folder.WriteJson(Path.Combine(folder, RowsFile), features.Sources);
        if (section.BesideUntrained)
            TargetFeatures.Open(context, ConvNet.Load(context.UntrainedFile), [section.Layer], section.MostFeatures, "untrained", (span, 1)).Dispose();
        return string.Create(CultureInfo.InvariantCulture,
            $"{features.Layers[0].Features:N0} features of '{section.Layer}' for each of {features.Sources.Count:N0} images");
    }

    internal static ImageSet Target(PipelineContext context) => context.Data.Target
        ?? throw new PipelineException("There are no images to transfer to; name a 'target' folder under 'data'.");

    private static int Extract(
        PipelineContext context, ConvNet net, string layer, ImageFrames frames, string folder, string name, (double From, double To) share)
    {
        using var extractor = new FeatureExtractor(net, [layer], switches: true, context.Settings, batch: 64);
        var columns = (int)extractor.ItemShape(layer).Aggregate(1L, static (a, b) => a * b);
        var values = new float[checked(frames.Count * columns)];
        var switches = extractor.Pools.ToDictionary(static p => p, p => new long[checked(frames.Count * ItemLength(extractor, p))], StringComparer.Ordinal);
        extractor.Run(frames.Count, frames.Fill, (first, count, batch) =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            batch.Floats(layer)[..(count * columns)].CopyTo(values.AsSpan(first * columns));
            foreach (var (pool, all) in switches) CopySwitches(batch, pool, all, (first, count), ItemLength(extractor, pool));
            context.Observer.Progressed(share.From + ((share.To - share.From) * (first + count) / frames.Count),
                $"{name} network, {first + count} of {frames.Count} images");
        });
        var files = FileNames.Of([layer, .. extractor.Pools]);
        NpyFile.Write<float>(Path.Combine(folder, $"{name}-{files[layer]}.npy"), values, [frames.Count, columns]);
        foreach (var (pool, all) in switches)
        {
            NpyFile.Write<long>(Path.Combine(folder, $"{name}-{files[pool]}.switches.npy"), all,
                [frames.Count, .. extractor.ItemShape(pool).Select(static d => (int)d)]);
        }

        return columns;
    }

    private static int ItemLength(FeatureExtractor extractor, string name) => (int)extractor.ItemShape(name).Aggregate(1L, static (a, b) => a * b);

    private static void CopySwitches(FeatureBatch batch, string pool, long[] all, (int First, int Count) rows, int length)
    {
        for (var i = 0; i < rows.Count; i++) batch.CopySwitches(pool, i, all.AsSpan((rows.First + i) * length, length));
    }

    private static void WriteIndex(PipelineContext context, string path, IReadOnlyList<int> sources)
    {
        var target = Target(context);
        using var writer = new StreamWriter(path);
        writer.WriteLine("row,file,class,group");
        foreach (var (row, source) in sources.Index())
        {
            var image = target.Images[source];
            var classes = string.Join(' ', image.Labels.Select(l => target.Classes[l]));
            writer.WriteLine(string.Join(',', row, Quoted(image.Path), Quoted(classes), Quoted(context.Data.TargetGroups?[source] ?? "")));
        }
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
