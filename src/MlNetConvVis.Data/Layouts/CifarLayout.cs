using System.Globalization;
using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>CIFAR-10 and CIFAR-100, binary editions: records of one or two label bytes (coarse first), then 32 x 32 red, green and blue bytes.</summary>
internal static class CifarLayout
{
    private const int Side = 32;
    private const int Pixels = 3 * Side * Side;

    public static ImageLayout Cifar10 { get; } = new("cifar-10", "data_batch_1.bin … data_batch_5.bin, test_batch.bin, batches.meta.txt",
        static (tree, _) => tree.Has("test_batch.bin") || tree.Has("data_batch_1") || tree.Files(below: false).Any(IsTrainingBatch), Read10);

    public static ImageLayout Cifar100 { get; } = new("cifar-100", "train.bin, test.bin, fine_label_names.txt",
        static (tree, _) => tree.Has("fine_label_names.txt") || (tree.Has("train.bin") && tree.Has("test.bin")), Read100);

    private static bool IsTrainingBatch(string name) =>
        name.StartsWith("data_batch_", StringComparison.Ordinal) && name.EndsWith(".bin", StringComparison.Ordinal);

    private static ImageDataSet Read10(FileTree tree, ImageSetOptions options)
    {
        if (tree.Has("data_batch_1") && !tree.Has("data_batch_1.bin"))
        {
            throw new DataException($"'{tree.Name}' is CIFAR-10's edition for Python (data_batch_1 without .bin); the binary edition was wanted. " +
                "Fetch cifar-10-binary.tar.gz.");
        }

        string[] batches = [.. Enumerable.Range(1, 5).Select(static i => string.Create(CultureInfo.InvariantCulture, $"data_batch_{i}.bin"))];
        tree.Require("CIFAR-10", [.. batches, "test_batch.bin", "batches.meta.txt"]);
        var classes = Names(tree, "batches.meta.txt");
        return new ImageDataSet(tree.Name, Cifar10,
            new ImageSet(classes, [.. batches.SelectMany(b => Records(tree, b, 1, classes.Length))]),
            new ImageSet(classes, Records(tree, "test_batch.bin", 1, classes.Length)), tree.Notes);
    }

    private static ImageDataSet Read100(FileTree tree, ImageSetOptions options)
    {
        tree.Require("CIFAR-100", "train.bin", "test.bin", "fine_label_names.txt");
        var classes = Names(tree, "fine_label_names.txt");
        return new ImageDataSet(tree.Name, Cifar100,
            new ImageSet(classes, Records(tree, "train.bin", 2, classes.Length)),
            new ImageSet(classes, Records(tree, "test.bin", 2, classes.Length)), tree.Notes);
    }

    private static string[] Names(FileTree tree, string file)
    {
        string[] names = [.. tree.Lines(file).Select(static l => l.Text)];
        return names.Length > 0 && names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names
            : throw new DataException($"'{tree.NameOf(file)}' has {names.Length} lines; the class names were wanted, one a line, each once.");
    }

    private static LabelledImage[] Records(FileTree tree, string file, int labelBytes, int classes)
    {
        var records = new RecordFile(tree, file, tree.Read(file), Side, Side, 3);
        var length = labelBytes + Pixels;
        if (records.Bytes.Length == 0 || records.Bytes.Length % length != 0)
        {
            throw new DataException($"'{records.Name}' has {records.Bytes.Length:N0} bytes, which is no whole number of records of {length:N0}. " +
                "It is cut short or no CIFAR file; fetch it again.");
        }

        var images = new LabelledImage[records.Bytes.Length / length];
        for (var i = 0; i < images.Length; i++)
        {
            var label = records.Bytes[(i * length) + labelBytes - 1];
            if (label >= classes) throw new DataException($"'{records.Name}', record {i}: label {label}, but there are {classes} class names.");
            images[i] = new LabelledImage(records.Image(i, (i * length) + labelBytes), label);
        }

        return images;
    }
}
