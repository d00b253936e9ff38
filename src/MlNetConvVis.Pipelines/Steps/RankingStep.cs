using System.Globalization;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Onnx;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>PASCAL VOC's experiment: one head over all classes, trained on the data set's training images; average precision of each class on its validation
/// images (the paper's section 5.3).</summary>
internal sealed class RankingStep : IPipelineWork
{
    public const string ResultFile = "ranking.json";

    // the folder of the other kind of transfer: a pipeline has one of them
    public PipelineStep Step { get; } = new("transfer", "Retrain the last layer for new classes");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "ranking 1", new FeaturesStep().Fingerprint(context), System.Text.Json.JsonSerializer.Serialize(context.Spec.Transfer!.Protocol),
        string.Join(',', context.Spec.Transfer.Heads));

    public string Run(PipelineContext context, string folder)
    {
        var section = context.Spec.Transfer!;
        var trained = context.Data.TargetTraining ?? throw new PipelineException(
            $"'{context.Spec.Data.Target}' does not say which images are for training and which for validation; 'protocol: voc2012' wants a data set that does.");
        using var features = TargetFeatures.Open(context, context.Network, [section.Layer], section.MostFeatures, "trained", (0, 0.5));
        var layer = features.Layers[0];
        context.Observer.Progressed(0.5, "training on the data set's training images");
        var protocol = new RankingProtocol
        {
            Head = section.Protocol.Head with { Kind = section.Heads[0], Threads = context.Threads, Seed = context.Spec.Seed },
        };
        var (result, head) = TransferStep.Attempt(() => protocol.Run(
            features.Ranked(layer, trained), FeaturesStep.Target(context).Classes, context.Cancellation));
        context.Folder.WriteJson(Path.Combine(folder, ResultFile), result);
        WriteTable(Path.Combine(folder, "average-precision.csv"), result);
        OnnxFile.Write(MergedModel.Of(features.Net, layer.Read, head), Path.Combine(folder, TransferStep.ModelFile));
        return string.Create(CultureInfo.InvariantCulture,
            $"mean average precision {100 * result.MeanAveragePrecision:0.0} % over {result.Classes.Count} classes " +
            $"(at 11 recalls {100 * result.MeanElevenPoint:0.0} %), {result.Trained:N0} images trained on, {result.Tested:N0} tested");
    }

    private static void WriteTable(string path, RankingResult result)
    {
        var text = new StringBuilder("class,positives,average_precision,eleven_point\n");
        foreach (var row in result.Classes)
            text.Append(CultureInfo.InvariantCulture, $"{CsvTable.Quoted(row.Name)},{row.Positives},{row.AveragePrecision:R},{row.ElevenPoint:R}\n");
        RunFolder.WriteWhole(path, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
