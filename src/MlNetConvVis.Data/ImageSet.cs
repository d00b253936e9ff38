using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data;

/// <summary>Images with their classes, in a fixed order.</summary>
public sealed class ImageSet
{
    /// <summary>Makes a set.</summary>
    /// <param name="classes">Class names; a label is an index into them.</param>
    /// <param name="images">The images.</param>
    /// <exception cref="ArgumentException">A label is no index into the classes.</exception>
    public ImageSet(IReadOnlyList<string> classes, IReadOnlyList<LabelledImage> images)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(images);
        foreach (var image in images)
        {
            if (image.Label < LabelledImage.Unlabelled || image.Label >= classes.Count)
            {
                throw new ArgumentException(
                    $"Image '{image.Path}' has label {image.Label}, but there are {classes.Count} classes.", nameof(images));
            }
        }

        Classes = classes;
        Images = images;
    }

    /// <summary>Gets the class names; empty when the images have no labels.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets the images.</summary>
    public IReadOnlyList<LabelledImage> Images { get; }

    /// <summary>Gets the label of every image, in order.</summary>
    public int[] Labels() => [.. Images.Select(i => i.Label)];

    /// <summary>Gets whether some image shows things of several classes, or of none, so that a label for each is not the whole truth.</summary>
    public bool HasSeveralLabels => Classes.Count > 0 && Images.Any(static i => i.Labels.Count != 1);

    /// <summary>Gets where every image is read from, in order.</summary>
    public ImageSource[] Sources() => [.. Images.Select(i => i.Source)];

    /// <summary>Gets the name of every image, in order: its path where it is a file.</summary>
    public string[] Paths() => [.. Images.Select(i => i.Path)];

    /// <summary>Takes some of the images, with the same classes.</summary>
    /// <param name="indices">Which, in the order wanted.</param>
    public ImageSet Subset(IEnumerable<int> indices) => new(Classes, [.. indices.Select(i => Images[i])]);
}
