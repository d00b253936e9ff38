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
        return context.Spec.Transfer!.Switches ? IntoFiles(context, folder) : IntoCache(context, folder);
    }

    private static string IntoFiles(PipelineContext context, string folder)
    {
        var (section, target) = (context.Spec.Transfer!, Target(context));
        var rows = SwitchFeatures.Write(context, context.Network, target, folder, "trained", (0, section.BesideUntrained ? 0.5 : 1));
        WriteIndex(context, Path.Combine(folder, "index.csv"), rows);
        context.Folder.WriteJson(Path.Combine(folder, RowsFile), rows);
        if (section.BesideUntrained)
            SwitchFeatures.Write(context, ConvNet.Load(context.UntrainedFile), target.Subset(rows), folder, "untrained", (0.5, 1));
        return string.Create(CultureInfo.InvariantCulture, $"'{section.Layer}' and the switches before it for each of {rows.Count:N0} images");
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
            Target(context), null, TrainedNetwork.PreprocessingOf(context.Shape), context.Loading, context.Cancellation);
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
