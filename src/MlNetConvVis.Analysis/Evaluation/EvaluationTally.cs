using MlNetConvVis.Data;

namespace MlNetConvVis.Analysis;

/// <summary>Counts how often probabilities are right.</summary>
internal sealed class EvaluationTally(int classes)
{
    private const int Top = 5;

    private long _first;
    private long _near;
    private double _loss;

    public int Count { get; private set; }

    public EvaluationScore Score => new((double)_first / Count, classes > Top ? (double)_near / Count : null, _loss / Count);

    /// <summary>Counts one image.</summary>
    /// <param name="probabilities">One a class, summing to 1.</param>
    /// <param name="label">The image's class.</param>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        var rank = ClassRank.Of(probabilities, label);
        if (rank == 0) _first++;
        if (rank < Top) _near++;
        _loss -= Math.Log(Math.Max(probabilities[label], float.Epsilon));      // a probability that rounds to 0 costs much, not everything
        Count++;
    }
}
