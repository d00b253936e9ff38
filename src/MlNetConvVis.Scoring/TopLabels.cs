namespace MlNetConvVis.Scoring;

/// <summary>Finds the most probable classes.</summary>
internal static class TopLabels
{
    /// <summary>Turns scores into probabilities, p[c] = exp(z[c] - max) / sum of exp(z - max), and keeps the highest; of equal ones the class with the lower number
    /// comes first.</summary>
    /// <param name="scores">One score a class, before a softmax.</param>
    /// <param name="names">The classes' names; null where they have none.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>The labels; null where a score is no number.</returns>
    public static ScoredLabel[]? Of(ReadOnlySpan<float> scores, IReadOnlyList<string>? names, int most)
    {
        var largest = float.NegativeInfinity;
        foreach (var score in scores)
        {
            if (float.IsNaN(score) || float.IsPositiveInfinity(score)) return null;
            largest = Math.Max(largest, score);
        }

        if (float.IsNegativeInfinity(largest)) return null;
        var sum = 0.0;
        foreach (var score in scores) sum += Math.Exp(score - largest);
        var classes = Strongest(scores, Math.Min(most, scores.Length));
        var labels = new ScoredLabel[classes.Length];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = new ScoredLabel(classes[i], names?[classes[i]], Math.Exp(scores[classes[i]] - largest) / sum);
        return labels;
    }

    private static int[] Strongest(ReadOnlySpan<float> scores, int count)
    {
        var (best, found) = (new int[count], 0);
        for (var c = 0; c < scores.Length; c++)
        {
            if (found == count && scores[c] <= scores[best[^1]]) continue;
            var at = found == count ? count - 1 : found++;
            for (; at > 0 && scores[best[at - 1]] < scores[c]; at--) best[at] = best[at - 1];
            best[at] = c;
        }

        return best;
    }
}
