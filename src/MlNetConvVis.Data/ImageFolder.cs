using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data;

/// <summary>Reads folders of images. Order is ordinal by path, so it is the same on every machine.</summary>
public static class ImageFolder
{
    private static readonly EnumerationOptions s_flat = new() { AttributesToSkip = FileAttributes.Hidden };
    private static readonly EnumerationOptions s_recursive =
        new() { AttributesToSkip = FileAttributes.Hidden, RecurseSubdirectories = true };

    private static string Endings => string.Join(' ', ImageFormats.Extensions);

    /// <summary>Takes each folder in a folder as a class, with all image files in and below it. Other files are passed over.</summary>
    /// <param name="directory">The folder that holds the class folders.</param>
    /// <returns>Classes in ordinal order of their names, images by class and path.</returns>
    /// <exception cref="DataException">No such folder, no class folders, or a class without images; the message says what was
    /// found.</exception>
    public static ImageSet Scan(string directory)
    {
        CheckExists(directory);
        var folders = Directory.GetDirectories(directory, "*", s_flat);
        Array.Sort(folders, StringComparer.Ordinal);
        if (folders.Length == 0)
        {
            var images = ImagesIn(directory, s_flat).Length;
            throw new DataException(
                $"'{directory}' has no class folders ({images} image files and {FilesIn(directory) - images} others lie in it). " +
                "One folder a class is wanted: put each class's images into a folder of its own.");
        }

        var (classes, found) = (new List<string>(), new List<LabelledImage>());
        foreach (var folder in folders)
        {
            var images = ImagesIn(folder, s_recursive);
            if (images.Length == 0)
            {
                throw new DataException(
                    $"Class folder '{folder}' holds no images ({FilesIn(folder)} files; endings taken: {Endings}). " +
                    "Put images into it or remove it.");
            }

            found.AddRange(images.Select(path => new LabelledImage(path, classes.Count)));
            classes.Add(Path.GetFileName(folder));
        }

        return new ImageSet(classes, found);
    }

    /// <summary>Takes all image files in and below a folder, without classes.</summary>
    /// <param name="directory">The folder.</param>
    /// <exception cref="DataException">No such folder, or no images in it.</exception>
    public static ImageSet ScanUnlabelled(string directory)
    {
        CheckExists(directory);
        var images = ImagesIn(directory, s_recursive);
        return images.Length > 0
            ? new ImageSet([], [.. images.Select(path => new LabelledImage(path, LabelledImage.Unlabelled))])
            : throw new DataException(
                $"'{directory}' holds no images ({FilesIn(directory)} files; endings taken: {Endings}). Name another folder.");
    }

    private static string[] ImagesIn(string folder, EnumerationOptions options)
    {
        var images = Directory.EnumerateFiles(folder, "*", options).Where(ImageFormats.HasImageExtension).ToArray();
        Array.Sort(images, StringComparer.Ordinal);
        return images;
    }

    private static int FilesIn(string folder) => Directory.EnumerateFiles(folder, "*", s_recursive).Count();

    private static void CheckExists(string directory)
    {
        if (!Directory.Exists(directory))
            throw new DataException($"Folder '{directory}' does not exist. Name the folder that holds the images.");
    }
}
