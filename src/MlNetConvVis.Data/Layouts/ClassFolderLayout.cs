namespace MlNetConvVis.Data.Layouts;

/// <summary>One folder a class.</summary>
internal static class ClassFolderLayout
{
    public static ImageLayout Layout { get; } = new("folders", "one folder of images for each class",
        static (tree, options) => tree.Folders().Count > 1
            && (options.Classes || !tree.Images(below: false).Any()),      // without a need for classes, photos beside folders are wanted as well
        static (tree, _) => new ImageDataSet(tree.Name, Layout!, ImageFolder.Scan(tree), null, tree.Notes));
}
