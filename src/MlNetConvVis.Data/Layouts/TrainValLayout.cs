using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>Two folders of class folders: one to train, one to validate on.</summary>
internal static class TrainValLayout
{
    private static readonly string[] s_validation = ["val", "valid", "validation", "test"];

    public static ImageLayout Layout { get; } = new(
        "train-val", "the folders 'train' and 'val' (or 'valid', 'validation', 'test'), each with one folder a class",
        Matches, Read);

    /// <summary>Without a need for classes, loose photos in a folder 'train' are photos like others.</summary>
    private static bool Matches(FileTree tree, ImageSetOptions options) =>
        tree.HasFolder("train") && s_validation.Any(tree.HasFolder) && (options.Classes || tree.Under("train").Folders().Count > 0);

    private static ImageDataSet Read(FileTree tree, ImageSetOptions options)
    {
        tree.Require("data set of the layout 'train-val'", "train/", (s_validation.FirstOrDefault(tree.HasFolder) ?? "val") + "/");
        var (train, val) = (tree.Under("train"), tree.Under(s_validation.First(tree.HasFolder)));
        var (training, validation) = (ImageFolder.Scan(train), ImageFolder.Scan(val));
        string[] added = [.. validation.Classes.Except(training.Classes, StringComparer.Ordinal)];
        if (added.Length > 0)
        {
            throw new DataException($"'{val.Name}' has the classes {NamedList.Of(added)}, which '{train.Name}' lacks; " +
                "what is validated on must have been trained on. Add them there or remove them here.");
        }

        string[] lacking = [.. training.Classes.Except(validation.Classes, StringComparer.Ordinal)];
        string[] notes = lacking.Length == 0 ? [] : [$"'{val.Name}' has no images of {NamedList.Of(lacking)}."];
        return new ImageDataSet(tree.Name, Layout, training, Relabelled(validation, training.Classes), [.. notes, .. tree.Notes]);
    }

    private static ImageSet Relabelled(ImageSet set, IReadOnlyList<string> classes)
    {
        int[] places = [.. set.Classes.Select(name => classes.Index().First(c => c.Item == name).Index)];
        return new ImageSet(classes, [.. set.Images.Select(i => new LabelledImage(i.Source, places[i.Label]))]);
    }
}
