using MlNetConvVis.Data.Layouts;
using MlNetConvVis.Data.Trees;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data;

/// <summary>The door to labelled images of any layout: folders, published data sets as they come, archives of them, lists.</summary>
public static class ImageSets
{
    private static readonly ImageLayout s_photos = new("photos", "image files, without classes", static (_, _) => false,
        static (tree, _) => new ImageDataSet(tree.Name, s_photos!, ImageFolder.ScanUnlabelled(tree), null, tree.Notes));

    private static readonly ImageLayout s_list = new(
        "list", "a text file: one image a line, its class behind a tab or comma; or a .csv with a column file", static (_, _) => false,
        static (tree, _) => throw new DataException($"'{tree.Name}' is no image list; a text file was wanted."));

    // the order matters: the first that matches is taken, so those with the most to recognise them by stand first
    private static readonly ImageLayout[] s_folders =
    [
        TinyImageNetLayout.Layout,
        ImageNetLayout.Layout,
        CifarLayout.Cifar10,
        CifarLayout.Cifar100,
        MnistLayout.Mnist,
        MnistLayout.Fashion,
        VocLayout.Layout,
        CaltechLayout.Caltech101,
        CaltechLayout.Caltech256,
        TrainValLayout.Layout,
        ClassFolderLayout.Layout,
    ];

    /// <summary>Gets all layouts.</summary>
    public static IReadOnlyList<ImageLayout> Layouts { get; } = [.. s_folders, s_photos, s_list];

    /// <summary>Opens a data set: recognises its layout, finds its images, reads none of them.</summary>
    /// <param name="path">A folder; a tar archive of one (.tar, .tar.gz, .tgz), which is not unpacked; an image list; a photo. In a folder or archive
    /// that holds one folder and nothing else, that folder is meant.</param>
    /// <param name="options">A layout by name, and what to leave out; null for the defaults.</param>
    /// <returns>The images, with the layout that was found.</returns>
    /// <exception cref="DataException">There is no such thing, or something is missing of it; the message names all that is.</exception>
    public static ImageDataSet Open(string path, ImageSetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ImageSetOptions();
        var layout = options.Layout is { } name ? Named(name) : null;
        if (Directory.Exists(path)) return Read(FileTree.OfDirectory(path), layout, options);
        if (!File.Exists(path))
        {
            throw new DataException($"'{path}' does not exist; a folder of images, a .tar or .tar.gz archive of one, " +
                (options.Classes ? "or a list of images with their classes was wanted."
                    : "a list of images (a text file, one a line) or an image was wanted."));
        }

        if (TarStore.IsArchive(path)) return Read(new FileTree(TarStore.Open(path)), layout, options);
        if (layout is not null && layout != s_list)
        {
            throw new DataException(
                $"'{path}' is a file; for the layout '{layout.Name}' a folder or a .tar archive of it was wanted ({layout.Looks}).");
        }

        if (layout is null && ImageFormats.HasImageExtension(path))
        {
            return options.Classes ? throw new DataException($"'{path}' is a single image; images with classes were wanted, one folder a class.")
                : new ImageDataSet(path, s_photos, new ImageSet([], [new LabelledImage(path, LabelledImage.Unlabelled)]), null);
        }

        return List(path, options);
    }

    private static ImageLayout Named(string name) =>
        Layouts.FirstOrDefault(l => l.Name == name)
        ?? throw new DataException($"There is no layout '{name}'. There are: {string.Join(", ", Layouts.Select(static l => l.Name))}.");

    private static ImageDataSet List(string path, ImageSetOptions options)
    {
        var images = ImageTable.IsTable(path) ? ImageTable.Read(path) : ImageList.Read(path);
        return images.Classes.Count > 0 || !options.Classes ? new ImageDataSet(path, s_list, images, null) : throw new DataException(
            $"Image list '{path}' names no classes, but they are needed here. Put the class behind each path, with a tab between.");
    }

    private static ImageDataSet Read(FileTree tree, ImageLayout? layout, ImageSetOptions options)
    {
        var levels = Levels(tree).ToArray();
        if (layout is not null) return layout.Read(levels.FirstOrDefault(l => layout.Matches(l, options), levels[^1]), options);
        foreach (var level in levels)
        {
            if (s_folders.FirstOrDefault(l => l.Matches(level, options)) is { } found) return found.Read(level, options);
        }

        var (last, holder) = (levels[^1], levels.ElementAtOrDefault(levels.Length - 2));
        return holder is not null && last.Images(below: false).Any() ? ClassFolderLayout.Layout.Read(holder, options)      // a single class
            : (options.Classes ? ClassFolderLayout.Layout : s_photos).Read(last, options);
    }

    /// <summary>Gives a folder and, while one folder is all there is in it, that folder: archives hold one more than they need.</summary>
    private static IEnumerable<FileTree> Levels(FileTree tree)
    {
        yield return tree;
        while (tree.Folders() is [var only] && !tree.Images(below: false).Any())
        {
            tree = tree.Under(only);
            yield return tree;
        }
    }
}
