using MlNetConvVis.Analysis;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Cli.Verbs.Visualize;

/// <summary>Which maps <c>visualize</c> draws, and how.</summary>
internal sealed record MapWish
{
    public required ReversalOptions Rules { get; init; }

    public required MiningOptions Mining { get; init; }

    /// <summary>Gets whether the pictures of one map share a range.</summary>
    public bool SharesRange { get; init; }

    /// <summary>Gets how many maps are drawn of each layer: at random, or of each class those that single it out most.</summary>
    public int Most { get; init; }

    /// <summary>Gets the maps that are drawn; null: see <see cref="Most"/>.</summary>
    public IReadOnlyList<int>? Maps { get; init; }

    public ulong Seed { get; init; }
}
