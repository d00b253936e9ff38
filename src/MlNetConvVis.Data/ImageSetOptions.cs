namespace MlNetConvVis.Data;

/// <summary>How <see cref="ImageSets.Open"/> reads.</summary>
public sealed record ImageSetOptions
{
    /// <summary>Gets the name of the layout, one of <see cref="ImageSets.Layouts"/>.</summary>
    /// <value>The default is null: it is recognised.</value>
    public string? Layout { get; init; }

    /// <summary>Gets whether classes are wanted. If not, a folder of loose photos, a list without classes or a single photo will do too.</summary>
    /// <value>The default is true.</value>
    public bool Classes { get; init; } = true;

    /// <summary>Gets whether the class that shows anything at all is kept: BACKGROUND_Google of Caltech-101, 257.clutter of Caltech-256.</summary>
    /// <value>The default is false: the published results are for the 101 and the 256 classes. (The paper's Caltech-101 figures do not say.)</value>
    public bool Clutter { get; init; }
}
