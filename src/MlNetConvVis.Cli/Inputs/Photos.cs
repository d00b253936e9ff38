using MlNetConvVis.Data;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>Finds the photos that <c>--images</c> names.</summary>
internal static class Photos
{
    /// <summary>Takes a folder (of class folders, of photos, or a data set as it comes), a tar archive of one, a list, or a single photo.</summary>
    /// <exception cref="DataException">There is no such thing, or no photos in it.</exception>
    public static ImageSet Find(string path) => ImageSets.Open(path, new ImageSetOptions { Classes = false }).All();
}
