using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>
/// PASCAL VOC, classification: for each class and part a list <c>ImageSets/Main/CLASS_PART.txt</c> with a line for each image, its name and 1 (shows
/// the class), -1 (does not) or 0 (only hard to see). An image has as many labels as it shows classes.
/// </summary>
internal static class VocLayout
{
    private const string Lists = "ImageSets/Main";

    public static ImageLayout Layout { get; } = new("voc-2012", "JPEGImages/*.jpg, ImageSets/Main/CLASS_train.txt, CLASS_val.txt (or CLASS_trainval.txt)",
        static (tree, _) => tree.HasFolder("JPEGImages") && tree.HasFolder("ImageSets"), Read);

    private static ImageDataSet Read(FileTree tree, ImageSetOptions options)
    {
        tree.Require("PASCAL VOC", "JPEGImages/", Lists + "/");
        var files = tree.Under("ImageSets").Under("Main").Files(below: false).ToHashSet(StringComparer.Ordinal);
        string[] classes = [.. files.Where(static f => f.Contains('_', StringComparison.Ordinal) && f.EndsWith(".txt", StringComparison.Ordinal))
            .Select(static f => f[..f.LastIndexOf('_')]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classes.Length == 0) throw new DataException($"'{tree.NameOf(Lists)}' has no lists such as aeroplane_train.txt: one for each class was wanted.");
        var parts = new[] { "train", "val", "trainval" }.Where(p => classes.Any(c => files.Contains($"{c}_{p}.txt"))).ToArray();
        var (first, second) = parts.Contains("train") && parts.Contains("val") ? ("train", "val")
            : (parts.LastOrDefault() ?? "trainval", (string?)null);
        tree.Require("PASCAL VOC", classes.SelectMany(c => new[] { first, second }.OfType<string>().Select(p => $"{Lists}/{c}_{p}.txt")));
        return new ImageDataSet(tree.Name, Layout,
            Part(tree, classes, first), second is null ? null : Part(tree, classes, second), tree.Notes);
    }

    private static ImageSet Part(FileTree tree, string[] classes, string part)
    {
        var shown = new SortedDictionary<string, (List<int> Sure, List<int> Doubtful)>(StringComparer.Ordinal);
        foreach (var (label, name) in classes.Index())
        {
            var file = $"{Lists}/{name}_{part}.txt";
            foreach (var (number, text) in tree.Lines(file))
            {
                var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (fields is not [var image, "1" or "0" or "-1"])
                    throw new DataException($"'{tree.NameOf(file)}', line {number}: '{text}'. An image's name and 1, 0 or -1 were wanted.");
                if (!shown.TryGetValue(image, out var marks)) shown.Add(image, marks = ([], []));
                if (fields[1] == "1") marks.Sure.Add(label);
                if (fields[1] == "0") marks.Doubtful.Add(label);
            }
        }

        var images = tree.Under("JPEGImages");
        images.Require($"PASCAL VOC (by the lists CLASS_{part}.txt)", shown.Keys.Select(static i => i + ".jpg"));
        return new ImageSet(classes, [.. shown.Select(i => new LabelledImage(
            images.Image(i.Key + ".jpg"), i.Value.Sure.Count > 0 ? i.Value.Sure[0] : LabelledImage.Unlabelled)
        {
            Labels = i.Value.Sure, Doubtful = i.Value.Doubtful,
        })]);
    }
}
