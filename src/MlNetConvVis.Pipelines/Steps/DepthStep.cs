using System.Globalization;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>The paper's table 7: heads on layer after layer, all on the same splits, and whether accuracy rises with depth.</summary>
internal sealed class DepthStep : IPipelineWork
{
    public const string ResultFile = "depth.json";

    public PipelineStep Step { get; } = new("depth", "Compare the layers");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        "depth 1", context.Data.Fingerprint, context.Network.Hash!, context.Network.Preprocessing?.ToJson() ?? "",
        System.Text.Json.JsonSerializer.Serialize(context.Spec.Depth));

    public string Run(PipelineContext context, string folder)
    {
        var section = context.Spec.Depth!;
        using var features = TargetFeatures.Open(context, context.Network, section.Layers, section.MostFeatures, "trained", (0, 0.5));
        var rows = new List<DepthRow>();
        var total = section.Layers.Count * section.Heads.Count;
        foreach (var layer in features.Layers)
        {
            var matrix = features.Matrix(layer);
            foreach (var head in section.Heads) rows.Add(Row(context, matrix, layer, head, (rows.Count, total)));
        }

        var result = new DepthResult
        {
            ImagesPerClass = section.Protocol.ImagesPerClass[0],
            Rows = [.. section.Heads.SelectMany(head => rows.Where(r => r.Head == head))],
        };
        context.Folder.WriteJson(Path.Combine(folder, ResultFile), result);
        WriteTable(Path.Combine(folder, "depth.csv"), result);
        return string.Join("; ", result.Claims.Select(static c => c.Sentence()));
    }

    private static DepthRow Row(PipelineContext context, FeatureMatrix matrix, PooledLayer layer, HeadKind head, (int Done, int Total) place)
    {
        var protocol = context.Spec.Depth!.Protocol;
        protocol = protocol with { Head = protocol.Head with { Kind = head, Threads = context.Threads } };
        var progress = new StepProgress<TransferProgress>(p => context.Observer.Progressed(
            0.5 + (0.5 * (place.Done + ((double)p.Done / p.Total)) / place.Total), string.Create(
            CultureInfo.InvariantCulture, $"{TransferStep.NameOf(head)} on {layer.Layer}, fold {p.Fold + 1}: {p.Accuracy:0.0%}")));
        var row = TransferStep.Attempt(() => protocol.Run(matrix, progress: progress, cancel: context.Cancellation)).Rows[0];
        return new DepthRow(head, layer.Layer, layer.Shape, layer.Features, row.MeanAccuracy, row.StandardDeviation);
    }

    private static void WriteTable(string path, DepthResult result)
    {
        var text = new StringBuilder("head,layer,shape,features,accuracy,deviation\n");
        foreach (var row in result.Rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{TransferStep.NameOf(row.Head)},{CsvTable.Quoted(row.Layer)},{CsvTable.Quoted(row.Shape)},{row.Features},{row.Accuracy:R},{row.Deviation:R}\n");
        }

        RunFolder.WriteWhole(path, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
