using System.Text.Json.Serialization;
using MlNetConvVis.Cli.Inputs;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Cli.Verbs.Project;

/// <summary>What <c>project --json</c> says of one unit. Rows and columns count from 0; they are null where all units of the map were projected at
/// once.</summary>
internal sealed record ProjectResult
{
    public required string? Model { get; init; }

    /// <summary>Gets the layer that the projection starts from: for a softmax the one before it.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets the layer that was asked for.</summary>
    public required string AskedLayer { get; init; }

    public required IReadOnlyList<long> LayerShape { get; init; }

    public required int Channel { get; init; }

    public required int? Y { get; init; }

    public required int? X { get; init; }

    public required float Activation { get; init; }

    public required FieldResult Field { get; init; }

    /// <summary>Gets how many rows and columns a unit in the middle of the map sees; at the border a part of them is padding.</summary>
    public required IReadOnlyList<long> FieldSize { get; init; }

    public required string Rule { get; init; }

    public required string Overlap { get; init; }

    public required string Lrn { get; init; }

    public required string Bias { get; init; }

    public required string Pixels { get; init; }

    public required string Start { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    public required float Min { get; init; }

    public required float Max { get; init; }

    public required string Out { get; init; }

    /// <summary>Gets the same choices for the text.</summary>
    [JsonIgnore]
    public ReversalOptions Rules { get; init; } = ReversalOptions.Of("paper");
}

/// <summary>What <c>project --json</c> says of many units.</summary>
internal sealed record ProjectBatchResult(
    string? Model,
    string Layer,
    string AskedLayer,
    IReadOnlyList<long> LayerShape,
    RuleWords Rules,
    double Seconds,
    IReadOnlyList<ProjectionRow> Projections,
    string Out,
    string Index,
    IReadOnlyList<SkippedImage> Skipped);

/// <summary>One of many projections: a row of the array, or a picture of the folder.</summary>
internal sealed record ProjectionRow(
    int Row, string File, int Channel, int? Y, int? X, float Activation, FieldResult Field, float Min, float Max, string? Picture);
