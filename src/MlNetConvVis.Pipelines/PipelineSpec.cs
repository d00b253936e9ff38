using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Training;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Pipelines;

/// <summary>A pipeline as its file says it: data, a network, and what to do with both.</summary>
public sealed record PipelineSpec
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the title of the report.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the folder that receives everything, as a full path.</summary>
    public required string Out { get; init; }

    /// <summary>Gets the seed of all draws.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Gets where images come from.</summary>
    public required DataSection Data { get; init; }

    /// <summary>Gets how the network is trained; null when <see cref="Model"/> is given.</summary>
    public TrainSection? Train { get; init; }

    /// <summary>Gets a network that is there already, as a full path; null when one is trained.</summary>
    public string? Model { get; init; }

    /// <summary>Gets the transfer experiment, or null for none.</summary>
    public TransferSection? Transfer { get; init; }

    /// <summary>Gets the pictures to make, or null for none.</summary>
    public VisualizeSection? Visualize { get; init; }

    /// <summary>Gets the pipeline's file.</summary>
    public required string File { get; init; }
}

/// <summary>Where images come from: the emoji set, or folders of one's own.</summary>
public sealed record DataSection
{
    /// <summary>Gets the side of the emoji pictures in pixels, or null when folders are given.</summary>
    public int? EmojiSide { get; init; }

    /// <summary>Gets the folder (one folder a class) to train on and to draw pictures from; null for none.</summary>
    public string? Source { get; init; }

    /// <summary>Gets the folder (one folder a class) to transfer to; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>Gets the share of each source class that is kept for validation.</summary>
    public double Validation { get; init; }
}

/// <summary>How the network is trained.</summary>
/// <param name="Spec">The network spec's full path.</param>
/// <param name="Options">The recipe; its seed, device and threads are the run's.</param>
public sealed record TrainSection(string Spec, TrainingOptions Options);

/// <summary>The transfer experiment.</summary>
/// <param name="Layer">The layer whose features the softmax is retrained on.</param>
/// <param name="Protocol">Images a class, folds, tests.</param>
/// <param name="BesideUntrained">Whether the same is done with an untrained network of the same shape; needs a <c>train</c> section.</param>
public sealed record TransferSection(string Layer, TransferProtocol Protocol, bool BesideUntrained);

/// <summary>The pictures to make.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Maps">How many maps of each, drawn at random.</param>
/// <param name="Top">How many activations of each map.</param>
/// <param name="Rules">The rule preset, and what was chosen beside it.</param>
/// <param name="SharesRange">Whether pictures of one map share one scale, so that their strengths compare; otherwise each uses the full range.</param>
public sealed record VisualizeSection(IReadOnlyList<string> Layers, int Maps, int Top, ReversalOptions Rules, bool SharesRange);
