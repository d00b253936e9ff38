using MlNetConvVis.Imaging;

namespace MlNetConvVis.Data;

/// <summary>One image and its class, or its classes.</summary>
/// <param name="Source">Where it is read from.</param>
/// <param name="Label">Index into <see cref="ImageSet.Classes"/>; <see cref="Unlabelled"/> when there is none. Where an image shows things of several
/// classes: the first of <see cref="Labels"/>.</param>
public readonly record struct LabelledImage(ImageSource Source, int Label)
{
    /// <summary>The label of an image that has none.</summary>
    public const int Unlabelled = -1;

    /// <summary>Makes a labelled image of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="label">Its class.</param>
    public LabelledImage(string path, int label)
        : this(ImageSource.File(path), label)
    {
    }

    /// <summary>Gets the image's name: the path of a file, or archive and place there. Read the image through <see cref="Source"/>, not by this.</summary>
    public string Path => Source.Name;

    /// <summary>Gets all classes that the image shows, ascending; one for most data sets, several for PASCAL VOC.</summary>
    /// <value>The default is <see cref="Label"/> alone, or nothing when the image has none.</value>
    public IReadOnlyList<int> Labels
    {
        get => field ?? (Label == Unlabelled ? [] : [Label]);
        init;
    }

    /// <summary>Gets the classes of which nobody can tell whether the image shows them (PASCAL VOC: 'difficult'), ascending: neither an example nor a
    /// counter-example.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int> Doubtful
    {
        get => field ?? [];
        init;
    }
}
