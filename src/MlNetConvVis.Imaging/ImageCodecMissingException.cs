namespace MlNetConvVis.Imaging;

/// <summary>No codec on this machine can do what was asked. The message says of each codec why not.</summary>
public sealed class ImageCodecMissingException : Exception
{
    internal ImageCodecMissingException(string what, IReadOnlyList<ImageCodecStatus> known)
        : base($"No codec here reads {what}: {string.Join("; ", known.Select(Describe))}. " +
            "Run the set-up ('./convvis doctor' shows what it found), or put libvips in a place that is looked in.")
    {
    }

    private static string Describe(ImageCodecStatus status) =>
        status.IsAvailable
            ? $"{status.Name} {status.Version} reads {string.Join(", ", status.Formats)}"
            : $"{status.Name}: {status.WhyNot}";
}
