using MlNetConvVis.Data;

namespace MlNetConvVis.Scoring;

/// <summary>
/// Chooses the rows that get a picture, from rows that pass by once. Each choice keeps the rows with the smallest keys of a group, and a key depends on its row
/// alone: so what is chosen of the whole list is chosen of the row's shard too, and shards can be joined without drawing anew.
/// </summary>
internal sealed class RowSelection(PictureChoice choice)
{
    private readonly Dictionary<int, SortedSet<(double Key, int Row)>> _groups = [];

    /// <summary>Looks at a row.</summary>
    public void Add(ScoredRow row)
    {
        if (row.Labels.Count == 0) return;
        var group = choice.Rows == PictureRows.PerClass ? row.Labels[0].Class : 0;
        if (!_groups.TryGetValue(group, out var kept)) _groups[group] = kept = [];
        kept.Add((choice.Rows == PictureRows.LeastCertain ? row.Labels[0].Probability : Lot(row.Row), row.Row));
        if (choice.Rows != PictureRows.All && kept.Count > choice.Count) kept.Remove(kept.Max);
    }

    /// <summary>Gets the rows that were chosen, in order.</summary>
    public int[] Rows() => [.. _groups.Values.SelectMany(static g => g).Select(static g => g.Row).Order()];

    /// <summary>A number from 0 up to 1 that only the row decides.</summary>
    private static double Lot(int row) => (new SplitMix64((ulong)row).Next() >> 11) / (double)(1L << 53);
}
