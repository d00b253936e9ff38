using System.Globalization;

namespace MlNetConvVis.Data;

/// <summary>A data set as <see cref="ImageSets.Open"/> found it.</summary>
public sealed class ImageDataSet
{
    internal ImageDataSet(string path, ImageLayout layout, ImageSet training, ImageSet? validation, params IReadOnlyList<string> notes) =>
        (Path, Layout, Training, Validation, Notes) = (path, layout, training, validation, notes);

    /// <summary>Gets the folder, archive or file that was opened.</summary>
    public string Path { get; }

    /// <summary>Gets which layout it was read as.</summary>
    public ImageLayout Layout { get; }

    /// <summary>Gets the images to train on; all images, where the data set has no part of its own to validate on.</summary>
    public ImageSet Training { get; }

    /// <summary>Gets the images to validate on, with the same classes; null where the data set leaves that to its user (see <see cref="DataSplit"/>).</summary>
    public ImageSet? Validation { get; }

    /// <summary>Gets what a user should know of the reading, a line each: what was passed over, and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Gets what was found, in a line: layout, images, classes.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"{Layout.Name}: {Training.Images.Count:N0} images{(Validation is null ? "" : $" to train on, {Validation.Images.Count:N0} to validate on")}") +
        (Training.Classes.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Training.Classes.Count:N0} classes"));

    /// <summary>Gets all images: those to train on, then those to validate on.</summary>
    public ImageSet All() => Validation is null ? Training : new ImageSet(Training.Classes, [.. Training.Images, .. Validation.Images]);
}
