using MlNetConvVis.Pipelines.Steps;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>Reads the numbers of a run's <c>results.json</c> back.</summary>
public static class PipelineResultsFile
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">The file; see <see cref="PipelineResult.Results"/>.</param>
    /// <returns>What it says of new classes.</returns>
    /// <exception cref="PipelineException">It cannot be read.</exception>
    public static PipelineNumbers Read(string path)
    {
        var results = RunFolder.ReadJson<PipelineResults>(path);
        return new PipelineNumbers([.. results.Transfer is { } first ? [first] : Array.Empty<TransferResult>(), .. results.OtherHeads ?? []], results.Depth);
    }
}

/// <summary>The numbers of a run.</summary>
/// <param name="Transfers">One for each head; none without a <c>transfer</c> section.</param>
/// <param name="Depth">The comparison of layers, or null without a <c>depth</c> section.</param>
public sealed record PipelineNumbers(IReadOnlyList<TransferResult> Transfers, DepthResult? Depth);
