namespace MlNetConvVis.Bench;

/// <summary>Times of two sides, taken in turns: the i-th of one belongs to the i-th of the other.</summary>
/// <param name="Ours">Seconds of our side.</param>
/// <param name="Peer">Seconds of the other side; none when there is none.</param>
internal sealed record Pairs(IReadOnlyList<double> Ours, IReadOnlyList<double> Peer)
{
    /// <summary>Gets the median over the pairs of peer / ours: above 1, ours is faster. Null without a peer.</summary>
    /// <remarks>The two runs of a pair lie side by side in time, so what slows the machine for a while slows both.</remarks>
    public double? Ratio => Peer.Count == 0 ? null : Median([.. Ratios]);

    /// <summary>Gets the fastest run of the peer / the fastest of ours: what is left when the machine is disturbed least. Null without a peer.</summary>
    public double? RatioOfFastest => Peer.Count == 0 ? null : Peer.Min() / Ours.Min();

    /// <summary>Gets the lowest and the highest ratio of a pair. Null without a peer.</summary>
    public (double Low, double High)? Spread => Peer.Count == 0 ? null : (Ratios.Min(), Ratios.Max());

    private IEnumerable<double> Ratios => Peer.Count == Ours.Count
        ? Ours.Zip(Peer, static (ours, peer) => peer / ours)
        : throw new InvalidOperationException($"{Ours.Count} runs of ours and {Peer.Count} of the peer do not make pairs.");

    /// <summary>Gets the middle value; of an even number of values, the mean of the two in the middle.</summary>
    /// <param name="values">At least one value, in any order.</param>
    public static double Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0) throw new ArgumentException("No value has no median.", nameof(values));
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
