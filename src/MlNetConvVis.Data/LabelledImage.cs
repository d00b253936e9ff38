namespace MlNetConvVis.Data;

/// <summary>One image file and its class.</summary>
/// <param name="Path">The file.</param>
/// <param name="Label">Index into <see cref="ImageSet.Classes"/>; <see cref="Unlabelled"/> when there is none.</param>
public readonly record struct LabelledImage(string Path, int Label)
{
    /// <summary>The label of an image that has none.</summary>
    public const int Unlabelled = -1;
}
