using System.Globalization;
using System.Reflection;
using MlNetConvVis.Reports;
using MlNetConvVis.Runtime;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines.Steps;

/// <summary>Gathers all numbers in results.json and everything worth seeing in one HTML file.</summary>
internal sealed class ReportStep(string command) : IPipelineWork
{
    public const string ReportFile = "report.html";
    public const string ResultsFile = "results.json";

    public PipelineStep Step { get; } = new("report", "Write the report");

    public string Fingerprint(PipelineContext context) => RunFolder.Fingerprint(
        [
            "report 3",
            context.Spec.Title,
            context.Network.Hash!,
            .. context.Spec.Transfer is null ? Array.Empty<string>() : [(context.Spec.Transfer.IsRanking ? new RankingStep() : (IPipelineWork)new TransferStep()).Fingerprint(context)],
            .. context.Spec.Transfer?.FromScratch is null ? Array.Empty<string>() : [new FromScratchStep().Fingerprint(context)],
            .. context.Spec.Depth is null ? Array.Empty<string>() : [new DepthStep().Fingerprint(context)],
            .. context.Spec.Overlap is null ? Array.Empty<string>() : [new OverlapStep().Fingerprint(context)],
            .. context.Spec.Visualize is null ? Array.Empty<string>() : [new VisualizeStep().Fingerprint(context)],
            File.Exists(context.Folder.In(ReportFile)) && File.Exists(context.Folder.In(ResultsFile)) ? "there" : "gone",
        ]);

    public string Run(PipelineContext context, string folder)
    {
        var results = Gather(context);
        context.Folder.WriteJson(context.Folder.In(ResultsFile), results);
        context.Observer.Progressed(0.5, "setting the pages");
        ReportPages.Of(context, results, Foot(context)).Save(context.Folder.In(ReportFile));
        return $"open {context.Folder.In(ReportFile)}";
    }

    private static PipelineResults Gather(PipelineContext context) => new()
    {
        Pipeline = context.Spec.Name,
        Title = context.Spec.Title,
        Seed = context.Spec.Seed,
        Data = context.Data.Description,
        Model = new ModelResult(Path.GetRelativePath(context.Folder.Path, context.NetworkFile), context.Network.Hash!,
            context.Network.Layers.Sum(static l => l.Parameters)),
        Training = context.Spec.Train is null ? null : RunFolder.ReadJson<EpochMetrics[]>(context.Folder.In("train", "metrics.json")),
        Transfer = context.Spec.Transfer is null or { IsRanking: true } ? null : Transfer(context, "trained", context.Spec.Transfer.Heads[0]),
        OtherHeads = context.Spec.Transfer is not { Heads.Count: > 1, IsRanking: false } several ? null
            : [.. several.Heads.Skip(1).Select(head => Transfer(context, "trained", head))],
        Untrained = context.Spec.Transfer is not { BesideUntrained: true } ? null
            : Transfer(context, "untrained", context.Spec.Transfer.Heads[0]),
        FromScratch = context.Spec.Transfer?.FromScratch is null ? null
            : RunFolder.ReadJson<TransferResult>(context.Folder.In("from-scratch", FromScratchStep.ResultFile)),
        Ranking = context.Spec.Transfer is not { IsRanking: true } ? null
            : RunFolder.ReadJson<RankingResult>(context.Folder.In("transfer", RankingStep.ResultFile)),
        Depth = context.Spec.Depth is null ? null : RunFolder.ReadJson<DepthResult>(context.Folder.In("depth", DepthStep.ResultFile)),
        Overlap = context.Spec.Overlap is null ? null : RunFolder.ReadJson<OverlapResult>(context.Folder.In("overlap", OverlapStep.ResultFile)),
        Pictures = context.Spec.Visualize is null ? null : RunFolder.ReadJson<MapPictures[]>(context.Folder.In("visualize", VisualizeStep.ListFile)),
    };

    private static TransferResult Transfer(PipelineContext context, string network, HeadKind head) =>
        RunFolder.ReadJson<TransferResult>(TransferStep.FileOf(context.Folder.In("transfer"), network, head));

    private ReportFoot Foot(PipelineContext context) => new()
    {
        Created = DateTimeOffset.UtcNow,
        Facts =
        [
            new("Command", command),
            new("MlNetConvVis", Version()),
            new("ONNX Runtime", $"{RuntimeFacts.Version}, {context.Settings.Device}, {context.Threads} threads"),
            new(".NET", Environment.Version.ToString()),
            new("Seed", context.Spec.Seed.ToString(CultureInfo.InvariantCulture)),
            new("Model", $"{Path.GetRelativePath(context.Folder.Path, context.NetworkFile)}, SHA-256 {context.Network.Hash}"),
            new("Images", context.Data.Description),
            new("Images' fingerprint", context.Data.Fingerprint),
        ],
    };

    private static string Version() =>
        typeof(ReportStep).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

/// <summary>What <c>results.json</c> holds.</summary>
internal sealed record PipelineResults
{
    public required string Pipeline { get; init; }

    public required string Title { get; init; }

    public required ulong Seed { get; init; }

    public required string Data { get; init; }

    public required ModelResult Model { get; init; }

    public IReadOnlyList<EpochMetrics>? Training { get; init; }

    public TransferResult? Transfer { get; init; }

    public IReadOnlyList<TransferResult>? OtherHeads { get; init; }

    public TransferResult? Untrained { get; init; }

    public TransferResult? FromScratch { get; init; }

    public RankingResult? Ranking { get; init; }

    public DepthResult? Depth { get; init; }

    public OverlapResult? Overlap { get; init; }

    public IReadOnlyList<MapPictures>? Pictures { get; init; }
}

/// <summary>The network of a run.</summary>
internal sealed record ModelResult(string File, string Sha256, long Parameters);
