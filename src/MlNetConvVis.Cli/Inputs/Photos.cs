using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>Finds the photos that <c>--images</c> names.</summary>
internal static class Photos
{
    /// <summary>Takes a folder (of class folders, or of photos), a list, or a single photo.</summary>
    /// <exception cref="DataException">There is no such thing, or no photos in it.</exception>
    public static ImageSet Find(string path)
    {
        if (Directory.Exists(path))
            return HoldsImages(path) || !Directory.EnumerateDirectories(path).Any() ? ImageFolder.ScanUnlabelled(path) : ImageFolder.Scan(path);
        return !File.Exists(path)
            ? throw new DataException($"'{path}' does not exist; a folder of photos, a list of photos (a text file, one a line) or a photo was wanted.")
            : ImageFormats.HasImageExtension(path) ? new ImageSet([], [new LabelledImage(path, LabelledImage.Unlabelled)])
            : ImageList.Read(path);
    }

    private static bool HoldsImages(string folder) => Directory.EnumerateFiles(folder).Any(ImageFormats.HasImageExtension);
}
