using MlNetConvVis.Data;

namespace MlNetConvVis.Pipelines;

/// <summary>The images of a run.</summary>
/// <param name="Training">What the network is trained on, or null when none is.</param>
/// <param name="Validation">What its training is checked on; the same classes.</param>
/// <param name="Target">What is transferred to, or null for no transfer.</param>
/// <param name="TargetGroups">What each target image shows, where images of one thing must not be on both sides of a split; null for no such groups.</param>
/// <param name="Pictures">What pictures of features are drawn from.</param>
/// <param name="Fingerprint">Changes when the images do.</param>
/// <param name="Description">The images in a line.</param>
internal sealed record PipelineData(
    ImageSet? Training,
    ImageSet? Validation,
    ImageSet? Target,
    IReadOnlyList<string>? TargetGroups,
    ImageSet Pictures,
    string Fingerprint,
    string Description)
{
    /// <summary>Gets how many of the first target images are those to train on, where the data set says so itself; null where splits are drawn.</summary>
    public int? TargetTraining { get; init; }

    /// <summary>Gets the fingerprint before photos that source and target share were left out; null where none were.</summary>
    public string? OverlapBasis { get; init; }
}
