namespace MlNetConvVis.Transfer;

/// <summary>How well scores put the relevant items first: the area under precision over recall, as the PASCAL VOC challenges measure it.</summary>
/// <remarks>Precision at a recall is the highest at that recall or any above. VOC 2010 and later (2012, which the paper uses) take the whole area,
/// VOC 2007 and earlier the mean at recalls 0, 0.1, … 1. Items of equal score keep their order.</remarks>
public static class AveragePrecision
{
    private const int Points = 11;

    /// <summary>Gets the whole area (VOC 2010 to 2012).</summary>
    /// <param name="scores">One an item, higher is surer.</param>
    /// <param name="relevant">Whether each item is what was looked for.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or nothing is relevant.</exception>
    public static double AllPoint(ReadOnlySpan<float> scores, ReadOnlySpan<bool> relevant)
    {
        // recall rises by the same step at every relevant item, so the area is the mean of the precisions there
        var precisions = PrecisionsAtRelevant(scores, relevant);
        var sum = 0.0;
        foreach (var precision in precisions) sum += precision;
        return sum / precisions.Length;
    }

    /// <summary>Gets the mean precision at the recalls 0, 0.1, … 1 (VOC 2007).</summary>
    /// <param name="scores">One an item, higher is surer.</param>
    /// <param name="relevant">Whether each item is what was looked for.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or nothing is relevant.</exception>
    public static double ElevenPoint(ReadOnlySpan<float> scores, ReadOnlySpan<bool> relevant)
    {
        var precisions = PrecisionsAtRelevant(scores, relevant);
        var sum = 0.0;
        for (var point = 0; point < Points; point++)
        {
            // the first relevant item that reaches recall point / 10, in whole numbers
            var item = Math.Max(1, ((point * precisions.Length) + Points - 2) / (Points - 1));
            sum += precisions[item - 1];
        }

        return sum / Points;
    }

    /// <summary>Gets, for the first, second, … relevant item, the highest precision there or at any later one.</summary>
    private static double[] PrecisionsAtRelevant(ReadOnlySpan<float> scores, ReadOnlySpan<bool> relevant)
    {
        if (scores.Length != relevant.Length)
            throw new ArgumentException($"{scores.Length} scores and {relevant.Length} marks of relevance came; as many of both were wanted.", nameof(scores));
        var keys = scores.ToArray();
        var order = Enumerable.Range(0, keys.Length).OrderByDescending(i => keys[i]).ToArray();      // stable
        var precisions = new List<double>();
        for (var rank = 0; rank < order.Length; rank++)
        {
            if (relevant[order[rank]]) precisions.Add((precisions.Count + 1.0) / (rank + 1));
        }

        if (precisions.Count == 0) throw new ArgumentException("No item is relevant, so precision has no meaning.", nameof(relevant));
        for (var i = precisions.Count - 2; i >= 0; i--) precisions[i] = Math.Max(precisions[i], precisions[i + 1]);
        return [.. precisions];
    }
}
