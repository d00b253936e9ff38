namespace MlNetConvVis.Specs;

/// <summary>
/// The <c>preprocessing</c> section of a spec: how a picture becomes the network's input. It is resized, the centre of the input's size is cut out,
/// and for every channel c <c>x = (pixel - mean[c]) * scale[c]</c> with the pixel from 0 to 255. At most one of <see cref="ShortestSide"/>,
/// <see cref="WarpTo"/> and <see cref="KeepsSize"/> is set; with none, the shortest side becomes the longer side of the input.
/// </summary>
public sealed record PreprocessingSpec
{
    /// <summary>Gets the length that resizing gives the shorter side, keeping proportions.</summary>
    /// <value>The default is null.</value>
    public int? ShortestSide { get; init; }

    /// <summary>Gets the size that resizing gives, whatever the proportions.</summary>
    /// <value>The default is null.</value>
    public Extent? WarpTo { get; init; }

    /// <summary>Gets whether pictures are not resized at all.</summary>
    /// <value>The default is false.</value>
    public bool KeepsSize { get; init; }

    /// <summary>Gets whether resizing is bicubic; otherwise it is bilinear.</summary>
    /// <value>The default is false.</value>
    public bool IsBicubic { get; init; }

    /// <summary>Gets whether the channels are blue, green, red; otherwise they are red, green, blue.</summary>
    /// <value>The default is false.</value>
    public bool IsBlueFirst { get; init; }

    /// <summary>Gets what is subtracted from each of the three channels, in the network's channel order, in units of 0 to 255.</summary>
    /// <value>The default is 0.</value>
    public IReadOnlyList<float> Mean { get; init; } = [0, 0, 0];

    /// <summary>Gets the factor behind the subtraction for each of the three channels, in the network's channel order; never 0.</summary>
    /// <value>The default is 1.</value>
    public IReadOnlyList<float> Scale { get; init; } = [1, 1, 1];
}
