using MlNetConvVis.Data.Trees;

namespace MlNetConvVis.Data.Layouts;

/// <summary>Caltech-101 and Caltech-256: one folder a class, and one of anything at all, left out unless asked for.</summary>
internal static class CaltechLayout
{
    private const string Background = "BACKGROUND_Google";

    public static ImageLayout Caltech101 { get; } = new("caltech-101", "one folder a class, BACKGROUND_Google among them",
        static (tree, _) => tree.HasFolder(Background),
        static (tree, options) => Read(tree, Caltech101!, static f => f == Background, static f => f, options));

    public static ImageLayout Caltech256 { get; } = new("caltech-256", "folders 001.ak47 … 256.toad, 257.clutter",
        static (tree, _) => tree.Folders() is { Count: > 1 } folders && folders.TrueForAll(IsNumbered),
        static (tree, options) => Read(tree, Caltech256!, static f => f.EndsWith(".clutter", StringComparison.Ordinal), NameOf, options));

    private static bool IsNumbered(string folder) => folder.Length > 4 && folder[3] == '.' && folder.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9') == false;

    private static string NameOf(string folder) => IsNumbered(folder) ? folder[4..] : folder;

    private static ImageDataSet Read(
        FileTree tree, ImageLayout layout, Func<string, bool> isClutter, Func<string, string> nameOf, ImageSetOptions options)
    {
        List<string> folders = tree.Folders();
        string[] clutter = [.. folders.Where(isClutter)];
        if (!options.Clutter) folders.RemoveAll(f => isClutter(f));
        if (folders.Count == 0) throw new DataException($"'{tree.Name}' has no class folders; {layout.Name} has {layout.Looks}.");
        var images = ImageFolder.Scan(tree, folders, nameOf);
        string[] notes = options.Clutter || clutter.Length == 0 ? [] : [$"{NamedList.Of(clutter)} is left out: it is no class of things."];
        return new ImageDataSet(tree.Name, layout, images, null, [.. notes, .. tree.Notes]);
    }
}
