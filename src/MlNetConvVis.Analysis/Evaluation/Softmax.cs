namespace MlNetConvVis.Analysis;

/// <summary>Probabilities from scores.</summary>
internal static class Softmax
{
    /// <summary>p[c] = exp(z[c] - max) / sum of exp(z - max).</summary>
    public static void Of(ReadOnlySpan<float> scores, Span<float> probabilities)
    {
        var largest = float.NegativeInfinity;
        foreach (var score in scores) largest = Math.Max(largest, score);
        var sum = 0.0;
        foreach (var score in scores) sum += Math.Exp(score - largest);
        for (var c = 0; c < scores.Length; c++) probabilities[c] = (float)(Math.Exp(scores[c] - largest) / sum);
    }
}
