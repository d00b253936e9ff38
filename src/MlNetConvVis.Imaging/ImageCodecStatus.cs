namespace MlNetConvVis.Imaging;

/// <summary>What is known of one codec on this machine.</summary>
/// <param name="Name">The codec's name.</param>
/// <param name="Version">The library's version; null when it is not there.</param>
/// <param name="Formats">What it decodes; empty when it is not there.</param>
/// <param name="WhyNot">Why it is not there; null when it is.</param>
public sealed record ImageCodecStatus(string Name, string? Version, IReadOnlyList<ImageFormat> Formats, string? WhyNot)
{
    /// <summary>Gets whether the codec can be used.</summary>
    public bool IsAvailable => WhyNot is null;
}
