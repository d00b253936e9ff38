using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Onnx;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Retrains only the last layer on the features, by the paper's protocol (section 5.2): each head, and the untrained network where that is wanted, on
/// the same splits. Merges the first head, trained on all images, into one model.</summary>
internal sealed class TransferStep : IPipelineWork
{
    public const string SplitsFile = "splits.json";
    public const string ModelFile = "model.onnx";

    public PipelineStep Step { get; } = new("transfer", "Retrain the last layer for new classes");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "transfer 2", new FeaturesStep().Fingerprint(context), System.Text.Json.JsonSerializer.Serialize(context.Spec.Transfer!.Protocol),
        string.Join(',', context.Spec.Transfer.Heads), context.Spec.Transfer.Engine?.Name ?? "",
        context.Spec.Transfer.Splits is { } file && File.Exists(file) ? File.ReadAllText(file) : "");

    public string Run(PipelineContext context, string folder)
    {
        var section = context.Spec.Transfer!;
        var runs = section.BesideUntrained ? section.Heads.Count + 1 : section.Heads.Count;
        var results = new List<TransferResult>();
        using (var features = TransferFeatures.Open(context, "trained"))
        {
            var splits = Splits(context, features);
            foreach (var (i, head) in section.Heads.Index())
                results.Add(Run(context, features, splits, head, FileOf(folder, "trained", head), ((double)i / runs, (i + 1.0) / runs)));
            SplitFile.Write(Path.Combine(folder, SplitsFile), splits, features.Matrix.ClassNames, features.Names);
            WriteModel(context, features, Path.Combine(folder, ModelFile));
        }

        TransferTables.Write(folder, results);
        var untrained = section.BesideUntrained ? Untrained(context, folder, (runs - 1.0) / runs) : null;
        return string.Join("; ", results.Select((result, i) => Summary(result, i == 0 ? untrained : null, results.Count > 1)));
    }

    /// <summary>Gets where the results of a network and head lie.</summary>
    internal static string FileOf(string folder, string network, HeadKind head) =>
        Path.Combine(folder, head == HeadKind.Softmax ? $"{network}.json" : $"{network}-{NameOf(head)}.json");

    internal static string NameOf(HeadKind head) => head == HeadKind.Svm ? "svm" : "softmax";

    private static string Summary(TransferResult result, TransferResult? untrained, bool named)
    {
        string Percent(double part) => part.ToString("0.0%", CultureInfo.InvariantCulture);
        string Beside(int row) => untrained is null ? "" : $" (untrained {Percent(untrained.Rows[row].MeanAccuracy)})";
        var rows = result.Rows.Select((row, i) => string.Create(CultureInfo.InvariantCulture, $"{row.ImagesPerClass} a class: {Percent(row.MeanAccuracy)}{Beside(i)}"));
        return $"{(named ? $"{NameOf(result.Protocol.Head.Kind)} " : "")}{string.Join("; ", rows)}";
    }

    private static TransferResult Untrained(PipelineContext context, string folder, double from)
    {
        using var features = TransferFeatures.Open(context, "untrained");
        var head = context.Spec.Transfer!.Heads[0];
        return Run(context, features, Splits(context, features), head, FileOf(folder, "untrained", head), (from, 1));
    }

    private static TransferResult Run(
        PipelineContext context, TransferFeatures features, IReadOnlyList<FoldSplit> splits, HeadKind head, string file, (double From, double To) share)
    {
        var protocol = ProtocolOf(context, head);
        var progress = new StepProgress<TransferProgress>(p => context.Observer.Progressed(
            share.From + ((share.To - share.From) * p.Done / p.Total), string.Create(
            CultureInfo.InvariantCulture, $"{NameOf(head)}, {p.ImagesPerClass} images a class, fold {p.Fold + 1}: {p.Accuracy:0.0%}")));
        var result = Attempt(() => features.Chain is not { } chain ? protocol.Run(features.Matrix, splits, progress, context.Cancellation)
            : protocol.Run(features.Matrix, splits, ByChain, progress, context.Cancellation));
        context.Folder.WriteJson(file, result);
        return result;

        FoldPrediction ByChain(int fold, IReadOnlyList<int> train, IReadOnlyList<int> test, CancellationToken _) => features.Chain!.Classify(
            train, test, features.Matrix.ClassNames, protocol.Head with { Seed = unchecked(protocol.Seed + (ulong)fold) });
    }

    private static IReadOnlyList<FoldSplit> Splits(PipelineContext context, TransferFeatures features) => context.Spec.Transfer!.Splits is { } file
        ? SplitFile.Read(file, features.Matrix.ClassNames, features.Names)
        : Attempt(() => context.Spec.Transfer.Protocol.PlanSplits(features.Matrix));

    private static void WriteModel(PipelineContext context, TransferFeatures features, string path)
    {
        context.Observer.Progressed(1, "training on all images, and merging");
        var options = ProtocolOf(context, context.Spec.Transfer!.Heads[0]).Head;
        features.Chain?.Save(Path.GetDirectoryName(path)!, options with { Seed = context.Spec.Seed });
        var fit = Attempt(() => HeadTrainer.Fit(features.Matrix, options with { Seed = context.Spec.Seed }, context.Cancellation));
        OnnxFile.Write(MergedModel.Of(features.Net, features.Layer, fit.Head), path);
    }

    private static TransferProtocol ProtocolOf(PipelineContext context, HeadKind head)
    {
        var protocol = context.Spec.Transfer!.Protocol;
        return protocol with { Head = protocol.Head with { Kind = head, Threads = context.Threads } };
    }

    internal static T Attempt<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException e)
        {
            var message = e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal);      // a person did not name our parameters
            throw new PipelineException($"The transfer experiment cannot be run: {message}", e);
        }
    }
}
