using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>How networks are evaluated.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Gets device and threads.</summary>
    public SessionSettings Session { get; init; } = new();

    /// <summary>Gets how images are read.</summary>
    public ImageLoaderOptions Loading { get; init; } = new();

    /// <summary>Gets the most images of one run.</summary>
    /// <value>The default is 32.</value>
    public int Batch { get; init; } = 32;

    /// <summary>Gets whether each network's probabilities are averaged over <see cref="TenCrops"/> of every image.</summary>
    /// <value>The default is false: the centre alone.</value>
    public bool UsesTenCrops { get; init; }
}
