using System.ComponentModel.DataAnnotations;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.MLNet;

/// <summary>Which unit is projected to pixels, and how.</summary>
public sealed record PixelProjectionOptions
{
    /// <summary>Gets the reversal rules.</summary>
    /// <value>The default is <see cref="ReversalRules.Paper"/>.</value>
    public ReversalRuleSet Rules { get; init; } = ReversalRules.Paper;

    /// <summary>Gets the feature map whose strongest unit is projected; null for the strongest of the whole layer. Not used with
    /// <see cref="UnitColumnName"/>.</summary>
    /// <value>The default is null.</value>
    public int? Channel { get; init; }

    /// <summary>
    /// Gets the column that names each row's unit, a vector of one <see cref="long"/>: its place in the layer's flattened activations, channel by
    /// channel; null to take the strongest.
    /// </summary>
    /// <value>The default is null.</value>
    public string? UnitColumnName { get; init; }

    /// <summary>Gets a second column to make, a vector of one <see cref="float"/> with the unit's activation; null for none.</summary>
    /// <value>The default is null.</value>
    public string? ActivationColumnName { get; init; }

    /// <summary>Gets how many rows are read ahead and computed at once.</summary>
    /// <value>The default is 16.</value>
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 16;
}
