using System.Security.Cryptography;
using System.Text;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Scoring;

/// <summary>Images to score, in a fixed order, with names that do not change when folder, archive or list is moved as a whole.</summary>
public sealed class ScoreList
{
    private readonly ImageSet _images;
    private readonly int _prefix;

    private ScoreList(string root, ImageSet images)
    {
        (Root, _images) = (root, images);
        var isArchive = File.Exists(root) && images.Images[0].Path.StartsWith(root + "/", StringComparison.Ordinal);
        var folder = Path.TrimEndingDirectorySeparator(File.Exists(root) && !isArchive ? Path.GetDirectoryName(Path.GetFullPath(root))! : root);
        var all = images.Images.All(i => i.Path.Length > folder.Length + 1 && i.Path.StartsWith(folder, StringComparison.Ordinal)
            && i.Path[folder.Length] is '/' or '\\');
        _prefix = all ? folder.Length + 1 : 0;
        Hash = HashOf();
        PhotosAt = isArchive ? "" : all ? new Uri(Path.GetFullPath(folder) + "/").AbsoluteUri : "file://";
    }

    /// <summary>Gets the folder, archive or list.</summary>
    public string Root { get; }

    /// <summary>Gets how many images there are.</summary>
    public int Count => _images.Images.Count;

    /// <summary>Gets where the photos lie, as an address to put names behind; empty where they are in an archive.</summary>
    internal string PhotosAt { get; }

    /// <summary>Gets the SHA-256 of names and classes, in hexadecimal. What is in the files does not count.</summary>
    public string Hash { get; }

    /// <summary>Finds the images of a folder, a tar archive, a list, a table, or a photo.</summary>
    /// <param name="path">Where they are.</param>
    /// <exception cref="DataException">There is no such thing, or no images in it.</exception>
    public static ScoreList Open(string path) => Of(path, ImageSets.Open(path, new ImageSetOptions { Classes = false }).All());

    /// <summary>Takes images that were found before.</summary>
    /// <param name="path">Where they were found.</param>
    /// <param name="images">The images; at least one.</param>
    public static ScoreList Of(string path, ImageSet images)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfZero(images.Images.Count, nameof(images));
        return new ScoreList(path, images);
    }

    /// <summary>Gets an image.</summary>
    /// <param name="row">Its place in the list.</param>
    public ImageSource Source(int row) => _images.Images[row].Source;

    /// <summary>Gets the name of an image: where all lie below one folder, or in an archive, what follows behind that; '/' between the parts.</summary>
    /// <param name="row">Its place in the list.</param>
    public string Name(int row)
    {
        var path = _images.Images[row].Path[_prefix..];
        return Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>Gets the class that the collection has an image in.</summary>
    /// <param name="row">Its place in the list.</param>
    /// <returns>The class's name; null where it has none.</returns>
    public string? Given(int row) => _images.Images[row].Label is var label && label == LabelledImage.Unlabelled ? null : _images.Classes[label];

    private string HashOf()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var row = 0; row < Count; row++) hash.AppendData(Encoding.UTF8.GetBytes($"{Name(row)}\t{Given(row)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
