using MlNetConvVis.Data.Trees;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data;

/// <summary>Reads folders of images. Order is ordinal by path, so it is the same on every machine.</summary>
public static class ImageFolder
{
    private static string Endings => string.Join(' ', ImageFormats.Extensions);

    /// <summary>Takes each folder in a folder as a class, with all image files in and below it. Other files are passed over.</summary>
    /// <param name="directory">The folder that holds the class folders.</param>
    /// <returns>Classes in ordinal order of their names, images by class and path.</returns>
    /// <exception cref="DataException">No such folder, no class folders, or a class without images; the message says what was
    /// found.</exception>
    public static ImageSet Scan(string directory) => Scan(FileTree.OfDirectory(directory));

    /// <summary>Takes all image files in and below a folder, without classes.</summary>
    /// <param name="directory">The folder.</param>
    /// <exception cref="DataException">No such folder, or no images in it.</exception>
    public static ImageSet ScanUnlabelled(string directory) => ScanUnlabelled(FileTree.OfDirectory(directory));

    internal static ImageSet Scan(FileTree tree)
    {
        var folders = tree.Folders();
        if (folders.Count == 0)
        {
            var images = tree.Images(below: false).Count();
            throw new DataException(
                $"'{tree.Name}' has no class folders ({images} image files and {tree.Files(below: true).Count() - images} others lie in it). " +
                "One folder a class is wanted: put each class's images into a folder of its own.");
        }

        return Scan(tree, folders);
    }

    /// <summary>Takes some folders as classes, named as they are or otherwise.</summary>
    internal static ImageSet Scan(FileTree tree, IReadOnlyList<string> folders, Func<string, string>? nameOf = null)
    {
        var found = new List<LabelledImage>();
        foreach (var (label, name) in folders.Index())
        {
            var (folder, before) = (tree.Under(name), found.Count);
            found.AddRange(folder.Images(below: true).Select(file => new LabelledImage(folder.Image(file), label)));
            if (found.Count == before)
            {
                throw new DataException(
                    $"Class folder '{folder.Name}' holds no images ({folder.Files(below: true).Count()} files; endings taken: {Endings}). " +
                    "Put images into it or remove it.");
            }
        }

        return new ImageSet([.. nameOf is null ? folders : folders.Select(nameOf)], found);
    }

    internal static ImageSet ScanUnlabelled(FileTree tree)
    {
        LabelledImage[] images = [.. tree.Images(below: true).Select(file => new LabelledImage(tree.Image(file), LabelledImage.Unlabelled))];
        return images.Length > 0 ? new ImageSet([], images) : throw new DataException(
            $"'{tree.Name}' holds no images ({tree.Files(below: true).Count()} files; endings taken: {Endings}). Name another folder.");
    }
}
