using System.ComponentModel.DataAnnotations;

namespace MlNetConvVis.MLNet;

/// <summary>Which layers of a network become columns.</summary>
public sealed record ConvFeaturesOptions
{
    /// <summary>Gets the layer for each new column: a vector of <see cref="float"/> of the layer's shape with one row.</summary>
    /// <value>The default is none; columns of switches alone are allowed.</value>
    public IReadOnlyDictionary<string, string> Layers { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the max-pooling layer for each new column of switches: a vector of <see cref="long"/> of the layer's shape with one row. A switch is
    /// the flat place of the maximum in the image's [C, H, W] before pooling, the first one in row-major order where several are equal.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, string> Switches { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets how many rows are read ahead and computed at once.</summary>
    /// <value>The default is 32.</value>
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 32;
}
