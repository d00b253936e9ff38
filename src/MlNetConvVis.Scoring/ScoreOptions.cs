using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Scoring;

/// <summary>How a collection is scored.</summary>
public sealed record ScoreOptions
{
    /// <summary>Gets how many labels a row has, the most probable first; of a network with fewer classes all.</summary>
    /// <value>The default is 5.</value>
    public int TopLabels { get; init; } = 5;

    /// <summary>Gets how many rows are written at a time: what a killed run has to compute again at most, beside what is under way.</summary>
    /// <value>The default is 1000.</value>
    public int PartRows { get; init; } = 1000;

    /// <summary>Gets which stretch of the list is scored.</summary>
    /// <value>The default is all of it.</value>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Gets which pictures are drawn; null for none.</summary>
    public PictureOptions? Pictures { get; init; }

    /// <summary>Gets device and threads.</summary>
    public SessionSettings Session { get; init; } = new();

    /// <summary>Gets how images are read: threads and limits. A broken one becomes a row with its error.</summary>
    public ImageLoaderOptions Loading { get; init; } = new();

    /// <summary>Gets what hears that a picture could not be drawn.</summary>
    public Action<string>? Note { get; init; }
}
