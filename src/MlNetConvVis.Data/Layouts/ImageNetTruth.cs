using System.Globalization;
using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>
/// The classes of ILSVRC2012's validation images, from one of the lists that go round: <c>val.txt</c> (Caffe: file name, place of the wnid from 0 in
/// ordinal order), or <c>ILSVRC2012_validation_ground_truth.txt</c>, one line an image in order of file names, with the wnid or with its number in the
/// development kit. Those numbers are not in the order of wnids: number 1 is n02119789. They need the kit's own table, <c>meta.mat</c> or
/// <c>map_clsloc.txt</c>; only where the list is of someone else's classes (not the 1,000) are they lines of synset_words.txt.
/// </summary>
internal static class ImageNetTruth
{
    private const int OfficialClasses = 1000;
    private static readonly string[] s_folders = ["", "val/", "ILSVRC2012_devkit_t12/data/", "data/", "devkit/data/"];

    /// <summary>Gives the wnid of each validation image.</summary>
    public static string[] Read(FileTree tree, IReadOnlyList<string> images)
    {
        if (Find(tree, "val.txt") is { } caffe) return Caffe(tree, caffe, images);
        var file = Find(tree, "ILSVRC2012_validation_ground_truth.txt") ?? Find(tree, "imagenet_2012_validation_synset_labels.txt")
            ?? throw new DataException($"'{tree.Name}' is no complete ILSVRC2012: 'ILSVRC2012_validation_ground_truth.txt' is missing " +
                "(or 'val.txt', or a folder for each class in 'val'). Put it there.");
        var lines = tree.Lines(file);
        if (lines.Count != images.Count)
        {
            throw new DataException($"'{tree.NameOf(file)}' has {lines.Count:N0} lines, but there are {images.Count:N0} validation images; " +
                "one line an image was wanted. Images or lines are missing.");
        }

        if (lines[0].Text[0] == 'n') return [.. lines.Select(static l => l.Text)];
        var numbers = Numbers(tree);
        return [.. lines.Select(l => numbers.TryGetValue(l.Text, out var wnid) ? wnid : throw new DataException(
            $"'{tree.NameOf(file)}', line {l.Number}: '{l.Text}' is no number of a class."))];
    }

    private static string? Find(FileTree tree, string name) => s_folders.Select(f => f + name).FirstOrDefault(tree.Has);

    private static string[] Caffe(FileTree tree, string file, IReadOnlyList<string> images)
    {
        var wnids = Ordered(tree).Order(StringComparer.Ordinal).ToArray();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (number, text) in tree.Lines(file))
        {
            var fields = text.Split(' ');
            if (fields.Length != 2 || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var place) || place >= wnids.Length)
                throw new DataException($"'{tree.NameOf(file)}', line {number}: '{text}'. A file name and a number from 0 to {wnids.Length - 1} were wanted.");
            places[fields[0]] = wnids[place];
        }

        string[] missing = [.. images.Where(i => !places.ContainsKey(i))];
        return missing.Length > 0 ? throw new DataException($"'{tree.NameOf(file)}' has no line for {NamedList.Of(missing)}.")
            : [.. images.Select(i => places[i])];
    }

    private static Dictionary<string, string> Numbers(FileTree tree)
    {
        if (Find(tree, "map_clsloc.txt") is { } map)
        {
            return tree.Lines(map).Select(static l => l.Text.Split(' ')).Where(static f => f.Length > 1)
                .ToDictionary(static f => f[1], static f => f[0], StringComparer.Ordinal);
        }

        if (Find(tree, "meta.mat") is { } meta) return ImageNetMeta.Read(tree.Read(meta), tree.NameOf(meta));
        var wnids = Ordered(tree);
        return wnids.Count != OfficialClasses || !wnids.SequenceEqual(wnids.Order(StringComparer.Ordinal), StringComparer.Ordinal)
            ? wnids.Index().ToDictionary(static w => (w.Index + 1).ToString(CultureInfo.InvariantCulture), static w => w.Item, StringComparer.Ordinal)
            : throw new DataException($"'meta.mat' is missing in '{tree.Name}' (or 'map_clsloc.txt', or Caffe's 'val.txt'): the validation list has " +
                "ILSVRC2012's own numbers, which are not in the order of synset_words.txt. It lies in ILSVRC2012_devkit_t12/data; put it beside the list.");
    }

    private static List<string> Ordered(FileTree tree)
    {
        var file = new[] { "synset_words.txt", "LOC_synset_mapping.txt", "synsets.txt" }.FirstOrDefault(tree.Has)
            ?? throw new DataException($"'synset_words.txt' is missing in '{tree.Name}': it says in which order the classes are numbered.");
        return [.. tree.Lines(file).Select(static l => l.Text.Split(' ', '\t')[0])];
    }
}
