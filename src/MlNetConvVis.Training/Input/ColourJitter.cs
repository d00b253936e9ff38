using System.ComponentModel.DataAnnotations;

namespace MlNetConvVis.Training;

/// <summary>How colours are varied in training, as torchvision's ColorJitter defines it: each amount x means a factor drawn evenly from max(0, 1 - x) to
/// 1 + x; the three changes come in random order.</summary>
public sealed record ColourJitter
{
    /// <summary>Gets the amount for brightness: every value times the factor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 10)]
    public float Brightness { get; init; }

    /// <summary>Gets the amount for contrast: the distance from the picture's mean grey times the factor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 10)]
    public float Contrast { get; init; }

    /// <summary>Gets the amount for saturation: the distance from each pixel's grey times the factor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 10)]
    public float Saturation { get; init; }
}
