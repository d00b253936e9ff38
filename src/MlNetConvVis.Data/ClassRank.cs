namespace MlNetConvVis.Data;

/// <summary>Ranks classes by their scores.</summary>
public static class ClassRank
{
    /// <summary>Counts the classes that come before one: those with a higher score, and of equal ones those earlier in the list.</summary>
    /// <param name="scores">A score for each class: probabilities, or anything that grows with them.</param>
    /// <param name="label">The class.</param>
    /// <returns>0 where the class is the strongest, so that it is among the top k where this is less than k; the number of classes where its score is no
    /// number.</returns>
    public static int Of(ReadOnlySpan<float> scores, int label)
    {
        var own = scores[label];
        if (float.IsNaN(own)) return scores.Length;
        var before = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > own || (scores[i] == own && i < label)) before++;
        }

        return before;
    }
}
