using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>Tiny ImageNet (Stanford CS231n). Its test images have no classes and are left out.</summary>
internal static class TinyImageNetLayout
{
    private const string What = "Tiny ImageNet";
    private const string Annotations = "val/val_annotations.txt";

    public static ImageLayout Layout { get; } = new(
        "tiny-imagenet", "wnids.txt, words.txt, train/<wnid>/images/*.JPEG, val/images/*.JPEG, val/val_annotations.txt",
        static (tree, _) => tree.Has("wnids.txt") && (tree.HasFolder("train") || tree.Has("words.txt")), Read);

    private static ImageDataSet Read(FileTree tree, ImageSetOptions options)
    {
        tree.Require(What, "wnids.txt", "words.txt", "train/", Annotations, "val/images/");
        string[] wnids = [.. tree.Lines("wnids.txt").Select(static l => l.Text).Order(StringComparer.Ordinal)];
        tree.Require(What, wnids.Select(static w => $"train/{w}/"));
        var labels = wnids.Index().ToDictionary(static w => w.Item, static w => w.Index, StringComparer.Ordinal);
        var names = SynsetNames.Read(tree, "words.txt", wnids);
        List<LabelledImage> training = [];
        foreach (var (label, wnid) in wnids.Index())
        {
            var folder = tree.Under("train").Under(wnid);
            var images = folder.Images(below: true).Select(folder.Image).ToArray();
            if (images.Length == 0) throw new DataException($"'{folder.Name}' holds no images. {What} has some for each class.");
            training.AddRange(images.Select(i => new LabelledImage(i, label)));
        }

        return new ImageDataSet(tree.Name, Layout, new ImageSet(names, training), new ImageSet(names, Validation(tree, labels)), tree.Notes);
    }

    /// <summary>Reads lines of file name, class and box, with tabs between.</summary>
    private static List<LabelledImage> Validation(FileTree tree, Dictionary<string, int> labels)
    {
        var (found, images) = (new List<LabelledImage>(), tree.Under("val").Under("images"));
        var lines = tree.Lines(Annotations);
        images.Require($"validation part of {What} (by {Annotations})", lines.Select(static l => l.Text.Split('\t')[0]));
        foreach (var (number, text) in lines)
        {
            var fields = text.Split('\t');
            if (fields.Length < 2 || !labels.TryGetValue(fields[1], out var label))
            {
                throw new DataException($"'{tree.NameOf(Annotations)}', line {number}: '{text}'. " +
                    "A file name, a tab and one of the classes of wnids.txt were wanted.");
            }

            found.Add(new LabelledImage(images.Image(fields[0]), label));
        }

        return found;
    }
}
