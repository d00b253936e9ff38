using System.Globalization;
using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>
/// ImageNet's ILSVRC2012: a folder a synset to train on, the validation images in folders too or all in one, with a list. Classes are in the order of
/// their wnids, as everywhere but in the validation list of the development kit (<see cref="ImageNetTruth"/>).
/// </summary>
internal static class ImageNetLayout
{
    private const string What = "ILSVRC2012";
    private static readonly string[] s_names = ["synset_words.txt", "LOC_synset_mapping.txt", "words.txt"];
    private static readonly string[] s_train = ["train", "ILSVRC2012_img_train"];
    private static readonly string[] s_val = ["val", "ILSVRC2012_img_val"];

    public static ImageLayout Layout { get; } = new("imagenet",
        "train/<wnid>/*.JPEG; val/*.JPEG with ILSVRC2012_validation_ground_truth.txt or val.txt, or val/<wnid>/*.JPEG; synset_words.txt",
        static (tree, _) => Matches(tree), Read);

    /// <summary>Folders named after synsets with nothing else that tells of ImageNet are class folders like others.</summary>
    private static bool Matches(FileTree tree) =>
        s_train.FirstOrDefault(tree.HasFolder) is { } train && tree.Under(train).Folders() is { Count: > 0 } folders && folders.TrueForAll(IsWnid)
        && (s_names.Any(tree.Has) || s_val.FirstOrDefault(tree.HasFolder) is not { } val || tree.Under(val).Folders().Count == 0);

    /// <summary>Says whether a name is a noun's place in WordNet, such as n01440764.</summary>
    private static bool IsWnid(string name) => name.Length == 9 && name[0] == 'n' && !name.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    private static ImageDataSet Read(FileTree tree, ImageSetOptions options)
    {
        var (train, val, words) = (s_train.FirstOrDefault(tree.HasFolder), s_val.FirstOrDefault(tree.HasFolder), s_names.FirstOrDefault(tree.Has));
        tree.Require(What, (train ?? "train") + "/", (val ?? "val") + "/", words ?? "synset_words.txt");
        var folders = tree.Under(train!).Folders();
        if (folders.Count == 0 || !folders.TrueForAll(IsWnid))
        {
            throw new DataException($"'{tree.NameOf(train!)}' has other folders than those of synsets (such as n01440764): " +
                NamedList.Of([.. folders.Where(static f => !IsWnid(f))]) + ".");
        }

        var names = SynsetNames.Read(tree, words!, folders);
        var labels = folders.Index().ToDictionary(static w => w.Item, static w => w.Index, StringComparer.Ordinal);
        var training = ImageFolder.Scan(tree.Under(train!), folders).Images;
        var validation = tree.Under(val!);
        var held = validation.Folders().Count > 0 ? InFolders(validation, labels) : InOneFolder(tree, validation, labels);
        return new ImageDataSet(tree.Name, Layout, new ImageSet(names, training), new ImageSet(names, held), tree.Notes);
    }

    private static IReadOnlyList<LabelledImage> InFolders(FileTree validation, Dictionary<string, int> labels)
    {
        var set = ImageFolder.Scan(validation);
        string[] unknown = [.. set.Classes.Where(c => !labels.ContainsKey(c))];
        return unknown.Length > 0 ? throw new DataException($"'{validation.Name}' has the folders {NamedList.Of(unknown)}, which the part to train on lacks.")
            : [.. set.Images.Select(i => new LabelledImage(i.Source, labels[set.Classes[i.Label]]))];
    }

    private static LabelledImage[] InOneFolder(FileTree tree, FileTree validation, Dictionary<string, int> labels)
    {
        string[] images = [.. validation.Images(below: false)];
        if (images.Length == 0) throw new DataException($"'{validation.Name}' holds no images and no folders of images.");
        var truth = ImageNetTruth.Read(tree, images);
        string[] unknown = [.. truth.Distinct(StringComparer.Ordinal).Where(w => !labels.ContainsKey(w))];
        return unknown.Length > 0
            ? throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"The validation list of '{tree.Name}' names {unknown.Length} classes without a folder to train on: ") + NamedList.Of(unknown) + ".")
            : [.. images.Zip(truth, (file, wnid) => new LabelledImage(validation.Image(file), labels[wnid]))];
    }
}
