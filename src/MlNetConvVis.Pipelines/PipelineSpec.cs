using MlNetConvVis.Features;
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

    /// <summary>Gets <see cref="Model"/> as it was loaded with other preprocessing than its own; null to load it.</summary>
    public ConvNet? Loaded { get; init; }

    /// <summary>Gets the folder of cached features, as a full path; null for one inside <see cref="Out"/>.</summary>
    public string? Cache { get; init; }

    /// <summary>Gets the search for photos that source and target share, or null for none.</summary>
    public OverlapSection? Overlap { get; init; }

    /// <summary>Gets the transfer experiment, or null for none.</summary>
    public TransferSection? Transfer { get; init; }

    /// <summary>Gets the comparison of layers, or null for none.</summary>
    public DepthSection? Depth { get; init; }

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

    /// <summary>Gets the images (a folder, an archive, a published data set) to train on and to draw pictures from; null for none.</summary>
    public string? Source { get; init; }

    /// <summary>Gets the images to transfer to, of the same kinds; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>Gets whether the class that shows anything at all is kept (BACKGROUND_Google of Caltech-101, 257.clutter of Caltech-256).</summary>
    public bool Clutter { get; init; }

    /// <summary>Gets the share of each source class that is kept for validation.</summary>
    public double Validation { get; init; }
}

/// <summary>How the network is trained.</summary>
/// <param name="Spec">The network spec's full path.</param>
/// <param name="Options">The recipe; its seed, device and threads are the run's.</param>
public sealed record TrainSection(string Spec, TrainingOptions Options);

/// <summary>The transfer experiment.</summary>
/// <param name="Layer">The layer whose features the heads are trained on.</param>
/// <param name="Protocol">Images a class, folds, tests.</param>
public sealed record TransferSection(string Layer, TransferProtocol Protocol)
{
    /// <summary>Gets whether images are ranked for each class (PASCAL VOC: average precision) in place of being classified.</summary>
    public bool IsRanking { get; init; }

    /// <summary>Gets the heads, each trained and tested on the same splits. The first one is merged into the model that is written.</summary>
    public IReadOnlyList<HeadKind> Heads { get; init; } = [HeadKind.Softmax];

    /// <summary>Gets whether the same is done with an untrained network of the same shape; needs a network whose spec is known.</summary>
    public bool BesideUntrained { get; init; }

    /// <summary>Gets how the same network is trained on the target's training images alone, as a baseline; null for none.</summary>
    public FromScratchSection? FromScratch { get; init; }

    /// <summary>Gets whether the switches of every max-pooling before the layer are written too.</summary>
    public bool Switches { get; init; }

    /// <summary>Gets the most values of an image; a layer that has more is averaged over cells of its maps.</summary>
    public int MostFeatures { get; init; } = int.MaxValue;

    /// <summary>Gets a file of splits to take, as a full path; null to draw them.</summary>
    public string? Splits { get; init; }

    /// <summary>Gets what computes features and fits heads in place of this product's own; null for those. Takes softmax heads only, and no baselines.</summary>
    public ITransferEngine? Engine { get; init; }
}

/// <summary>The baseline that is trained from scratch on the target alone, on the transfer's own splits.</summary>
/// <param name="Options">The recipe; seed, device and threads are the run's.</param>
/// <param name="Folds">How many of the transfer's folds: each is a training.</param>
/// <param name="ImagesPerClass">Training images a class, each at most the transfer's largest number.</param>
public sealed record FromScratchSection(TrainingOptions Options, int Folds, IReadOnlyList<int> ImagesPerClass);

/// <summary>The comparison of layers (the paper's table 7).</summary>
/// <param name="Layers">The layers, from the image upwards.</param>
/// <param name="Protocol">Images a class (one number), folds, tests.</param>
public sealed record DepthSection(IReadOnlyList<string> Layers, TransferProtocol Protocol)
{
    /// <summary>Gets the heads.</summary>
    public IReadOnlyList<HeadKind> Heads { get; init; } = [HeadKind.Svm, HeadKind.Softmax];

    /// <summary>Gets the most values of an image; a layer that has more is averaged over cells of its maps.</summary>
    public int MostFeatures { get; init; } = 10_000;
}

/// <summary>The search for target photos that are in the source too.</summary>
/// <param name="Threshold">The normalised correlation from which on two photos count as the same.</param>
/// <param name="LeaveOut">Whether such photos are left out of the target.</param>
public sealed record OverlapSection(double Threshold, bool LeaveOut);

/// <summary>The pictures to make.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Maps">How many maps of each, drawn at random.</param>
/// <param name="Top">How many activations of each map.</param>
/// <param name="Rules">The rule preset, and what was chosen beside it.</param>
/// <param name="SharesRange">Whether pictures of one map share one scale, so that their strengths compare; otherwise each uses the full range.</param>
public sealed record VisualizeSection(IReadOnlyList<string> Layers, int Maps, int Top, ReversalOptions Rules, bool SharesRange);
