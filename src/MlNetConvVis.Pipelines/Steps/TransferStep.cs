using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Retrains only the softmax on the features, by the paper's protocol (section 5.2), for the trained and the untrained network with the same
/// splits.</summary>
internal sealed class TransferStep : IPipelineWork
{
    public PipelineStep Step { get; } = new("transfer", "Retrain the softmax for new classes");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "transfer 1", new FeaturesStep().Fingerprint(context), System.Text.Json.JsonSerializer.Serialize(context.Spec.Transfer!.Protocol));

    public string Run(PipelineContext context, string folder)
    {
        var trained = Run(context, folder, "trained", 0);
        var untrained = context.Spec.Transfer!.BesideUntrained ? Run(context, folder, "untrained", 0.5) : null;
        string Percent(double part) => part.ToString("0.0%", CultureInfo.InvariantCulture);
        string Beside(int row) => untrained is null ? "" : $" (untrained {Percent(untrained.Rows[row].MeanAccuracy)})";
        return string.Join("; ", trained.Rows.Select((row, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{row.ImagesPerClass} a class: {Percent(row.MeanAccuracy)}{Beside(i)}")));
    }

    internal static string FileOf(string folder, string network) => Path.Combine(folder, $"{network}.json");

    private static TransferResult Run(PipelineContext context, string folder, string network, double from)
    {
        var (section, span) = (context.Spec.Transfer!, context.Spec.Transfer!.BesideUntrained ? 0.5 : 1);
        var features = Features(context, network, section.Layer);
        var protocol = section.Protocol with { Softmax = section.Protocol.Softmax with { Threads = context.Threads } };
        var progress = new StepProgress<TransferProgress>(p => context.Observer.Progressed(from + (span * p.Done / p.Total), string.Create(
            CultureInfo.InvariantCulture, $"{network} network, {p.ImagesPerClass} images a class, fold {p.Fold + 1}: {p.Accuracy:0.0%}")));
        try
        {
            var result = protocol.Run(features, progress: progress, cancel: context.Cancellation);
            context.Folder.WriteJson(FileOf(folder, network), result);
            return result;
        }
        catch (ArgumentException e)
        {
            throw new PipelineException($"The transfer experiment cannot be run: {e.Message}", e);
        }
    }

    private static FeatureMatrix Features(PipelineContext context, string network, string layer)
    {
        var values = NpyFile.Read<float>(context.Folder.In("features", $"{network}-{FileNames.Of([layer])[layer]}.npy"));
        var target = FeaturesStep.Target(context);
        var kept = RunFolder.ReadJson<int[]>(context.Folder.In("features", FeaturesStep.RowsFile));
        if (values.Shape[0] != kept.Length)
        {
            throw new PipelineException(
                $"The features have {values.Shape[0]} rows, but their index has {kept.Length}. Remove the folder 'features' and run again.");
        }

        return new FeatureMatrix(
            values.Values,
            values.Shape[1],
            [.. kept.Select(i => target.Images[i].Label)],
            target.Classes,
            context.Data.TargetGroups is { } groups ? [.. kept.Select(i => groups[i])] : null);
    }
}
