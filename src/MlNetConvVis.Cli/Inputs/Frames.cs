using MlNetConvVis.Cli.Output;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>Reads all photos of a call into memory, as a network wants them.</summary>
internal static class Frames
{
    private const double Share = 0.2;

    /// <exception cref="DataException">None of them could be read.</exception>
    public static ImageFrames Read(ImageSet files, ConvNet net, ImageLoaderOptions loading, WorkProgress progress, Terminal terminal)
    {
        var counter = progress.Counting("Reading", "photo", files.Images.Count, 0, Share);
        var frames = ImageFrames.Load(files.Sources(), net.RequirePreprocessing(), loading, counter, terminal.Cancellation);
        foreach (var broken in frames.Broken) terminal.Note(broken.Message + " It is skipped.");
        return frames.Count > 0 ? frames : throw new DataException(
            files.Images.Count == 1 ? "The photo could not be read; nothing was drawn."
                : $"None of the {files.Images.Count} photos could be read; nothing was drawn.");
    }
}
