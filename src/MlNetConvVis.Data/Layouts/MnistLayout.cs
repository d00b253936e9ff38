using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>
/// MNIST and the sets made like it, in IDX files, gzip or not: two zero bytes, type (8: bytes), number of dimensions, each dimension as a big-endian
/// int32, then the values. Grey becomes three equal channels; a network of one channel takes it from there.
/// </summary>
internal static class MnistLayout
{
    private static readonly string[] s_fashion =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    public static ImageLayout Mnist { get; } = new("mnist",
        "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each with .gz or without",
        static (tree, _) => IsHere(tree) && !IsFashion(tree), static (tree, _) => Read(tree, Mnist!, null));

    public static ImageLayout Fashion { get; } = new("fashion-mnist",
        "as mnist; files do not tell them apart, so a folder or archive with 'fashion' in its name is taken for it",
        static (tree, _) => IsHere(tree) && IsFashion(tree), static (tree, _) => Read(tree, Fashion!, s_fashion));

    private static bool IsHere(FileTree tree) =>
        new[] { "train", "t10k" }.Any(part => Find(tree, part, "images", 3) is not null || Find(tree, part, "labels", 1) is not null);

    private static bool IsFashion(FileTree tree) => tree.Name.Contains("fashion", StringComparison.OrdinalIgnoreCase);

    private static ImageDataSet Read(FileTree tree, ImageLayout layout, string[]? names)
    {
        (string Part, string Kind, int Dims)[] wanted = [("train", "images", 3), ("train", "labels", 1), ("t10k", "images", 3), ("t10k", "labels", 1)];
        tree.Require(layout.Name, wanted.Where(w => Find(tree, w.Part, w.Kind, w.Dims) is null).Select(static w => FileName(w.Part, w.Kind, w.Dims)));
        var (training, validation) = (Part(tree, "train"), Part(tree, "t10k"));
        var count = 1 + Math.Max(training.Max(static i => i.Label), validation.Max(static i => i.Label));
        if (names is not null && count > names.Length)
            throw new DataException($"'{tree.Name}' has {count} labels, but {layout.Name} has {names.Length} classes. Read it as 'mnist'.");
        names ??= [.. Enumerable.Range(0, Math.Max(10, count)).Select(static i => i.ToString(CultureInfo.InvariantCulture))];
        return new ImageDataSet(tree.Name, layout, new ImageSet(names, training), new ImageSet(names, validation), tree.Notes);
    }

    private static string FileName(string part, string kind, int dims) => string.Create(CultureInfo.InvariantCulture, $"{part}-{kind}-idx{dims}-ubyte");

    /// <summary>Finds a file by its names: some unpackers write a dot for the second dash.</summary>
    private static string? Find(FileTree tree, string part, string kind, int dims)
    {
        var name = FileName(part, kind, dims);
        var dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return new[] { name, name + ".gz", dotted, dotted + ".gz" }.FirstOrDefault(tree.Has);
    }

    private static LabelledImage[] Part(FileTree tree, string part)
    {
        var (imageFile, labelFile) = (Find(tree, part, "images", 3)!, Find(tree, part, "labels", 1)!);
        var (images, labels) = (Idx(tree, imageFile, 3), Idx(tree, labelFile, 1));
        var (count, height, width) = (images.Dims[0], images.Dims[1], images.Dims[2]);
        if (count != labels.Dims[0] || count == 0)
        {
            throw new DataException($"'{tree.NameOf(imageFile)}' holds {count:N0} images, '{tree.NameOf(labelFile)}' {labels.Dims[0]:N0} labels; " +
                "one label an image was wanted, and at least one image.");
        }

        var records = new RecordFile(tree, imageFile, images.Bytes, width, height, 1);
        return [.. Enumerable.Range(0, count).Select(i =>
            new LabelledImage(records.Image(i, images.Start + (i * width * height)), labels.Bytes[labels.Start + i]))];
    }

    private static (byte[] Bytes, int[] Dims, int Start) Idx(FileTree tree, string file, int dims)
    {
        var bytes = Decompressed(tree, file);
        var start = 4 + (4 * dims);
        if (bytes.Length < start || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != dims)
        {
            throw new DataException($"'{tree.NameOf(file)}' is no IDX file of bytes in {dims} dimensions; " +
                $"it begins with {Convert.ToHexString(bytes.AsSpan(0, Math.Min(4, bytes.Length)))}. Fetch it again.");
        }

        int[] sizes = [.. Enumerable.Range(0, dims).Select(d => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + (4 * d))))];
        var length = sizes.Aggregate(1L, static (product, size) => product * Math.Max(0, size));
        return bytes.Length - start == length && sizes.Skip(1).All(static s => s > 0) ? (bytes, sizes, start) : throw new DataException(
            $"'{tree.NameOf(file)}' says that it holds {string.Join(" x ", sizes)} bytes, but has {bytes.Length - start:N0}. It is cut short; fetch it again.");
    }

    private static byte[] Decompressed(FileTree tree, string file)
    {
        var bytes = tree.Read(file);
        if (!bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return bytes;
        try
        {
            using var content = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)) gzip.CopyTo(content);
            return content.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"'{tree.NameOf(file)}' cannot be decompressed: {e.Message} Fetch it again.", e);
        }
    }
}
