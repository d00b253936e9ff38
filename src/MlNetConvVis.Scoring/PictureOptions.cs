using System.Globalization;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Scoring;

/// <summary>Which rows get a picture, and of what.</summary>
/// <param name="Layer">The layer whose strongest unit, or map, is projected to the pixels.</param>
public sealed record PictureOptions(string Layer)
{
    /// <summary>Gets which rows get one.</summary>
    /// <value>The default is the 100 least certain.</value>
    public PictureChoice Choice { get; init; } = new(PictureRows.LeastCertain, 100);

    /// <summary>Gets whether all units of the strongest unit's map are projected together, and not that unit alone.</summary>
    /// <value>The default is false.</value>
    public bool WholeMap { get; init; }

    /// <summary>Gets the rules of the way back.</summary>
    /// <value>The default is the paper's.</value>
    public ReversalOptions Rules { get; init; } = ReversalOptions.Of(ReversalRules.Paper.Name);
}

/// <summary>Which rows get a picture.</summary>
public enum PictureRows
{
    /// <summary>Every row that could be scored.</summary>
    All,

    /// <summary>Those whose most probable label has the least probability.</summary>
    LeastCertain,

    /// <summary>Some of each class that was recognised, drawn by lot; the lot of a row is the same in every run.</summary>
    PerClass,
}

/// <summary>Which rows get a picture, and how many.</summary>
/// <param name="Rows">Which.</param>
/// <param name="Count">How many; of each class, where it is by class; without meaning for all.</param>
public readonly record struct PictureChoice(PictureRows Rows, int Count)
{
    /// <summary>Reads "all", "least:100" or "class:5".</summary>
    /// <param name="text">The text.</param>
    /// <returns>The choice; null where the text says none.</returns>
    public static PictureChoice? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') switch
        {
            ["all"] => new PictureChoice(PictureRows.All, 0),
            ["least", var n] when IsCount(n, out var count) => new PictureChoice(PictureRows.LeastCertain, count),
            ["class", var n] when IsCount(n, out var count) => new PictureChoice(PictureRows.PerClass, count),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Rows switch
    {
        PictureRows.All => "all",
        PictureRows.LeastCertain => string.Create(CultureInfo.InvariantCulture, $"least:{Count}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"class:{Count}"),
    };

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
