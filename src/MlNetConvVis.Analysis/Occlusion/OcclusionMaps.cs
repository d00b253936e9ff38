using MlNetConvVis.Graph;

namespace MlNetConvVis.Analysis;

/// <summary>
/// What changes when an occluder covers parts of an image (Zeiler and Fergus 2013, section 4.2 and figure 7). Lists hold one entry a place of the occluder,
/// counted as <see cref="OccluderGrid.Count"/> says.
/// </summary>
public sealed record OcclusionMaps
{
    /// <summary>Gets the places of the occluder.</summary>
    public required OccluderGrid Grid { get; init; }

    /// <summary>Gets the layer.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets the map of the layer whose activity is followed.</summary>
    public required int Channel { get; init; }

    /// <summary>Gets the class whose probability is followed.</summary>
    public required int Class { get; init; }

    /// <summary>Gets the most probable class without occluder.</summary>
    public required int CleanLabel { get; init; }

    /// <summary>Gets the probability of <see cref="Class"/> without occluder.</summary>
    public required float CleanProbability { get; init; }

    /// <summary>Gets the sum of the map's activations without occluder.</summary>
    public required float CleanActivity { get; init; }

    /// <summary>Gets the sum of the map's activations.</summary>
    public required IReadOnlyList<float> Activity { get; init; }

    /// <summary>Gets the probability of <see cref="Class"/>.</summary>
    public required IReadOnlyList<float> Probability { get; init; }

    /// <summary>Gets the most probable class.</summary>
    public required IReadOnlyList<int> Labels { get; init; }

    /// <summary>Gets the most probable class's probability.</summary>
    public required IReadOnlyList<float> LabelProbability { get; init; }

    /// <summary>Covers an image at every place.</summary>
    /// <param name="forward">The network and the places.</param>
    /// <param name="image">The image, in the network's own order of axes.</param>
    /// <param name="cover">What shows through the occluder, such as <see cref="OccluderFill.Cover"/>.</param>
    /// <param name="class">The class to follow; null for the most probable without occluder.</param>
    /// <param name="channel">The map to follow; null for the one whose activations sum up to most without occluder.</param>
    /// <param name="progress">Receives how many places are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="GraphException">There is no such class or map, the images are not of the network's size, or the network gives no numbers.</exception>
    public static OcclusionMaps Of(
        OccludedForward forward, ReadOnlySpan<float> image, ReadOnlySpan<float> cover, int? @class = null, int? channel = null,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(forward);
        forward.See(image, cover);
        var classes = forward.Scores.Count;
        if (@class < 0 || @class >= classes) throw new GraphException($"Class {@class} was asked for, but the network has {classes} (0 to {classes - 1}).");
        var clean = Probabilities([.. forward.Scores]);
        var label = Largest(clean);
        var (wanted, map) = (@class ?? label, channel ?? StrongestMap(forward));
        var (count, plane) = (forward.Grid.Count, (int)(forward.LayerShape.Known(2) * forward.LayerShape.Known(3)));
        var (activity, probability, labels, sure) = (new float[count], new float[count], new int[count], new float[count]);
        forward.Run(
            map,
            (place, scores, values) =>
            {
                var own = Probabilities(scores);
                (activity[place], probability[place], labels[place]) = (Sum(values), own[wanted], Largest(own));
                sure[place] = own[labels[place]];
            },
            progress, cancellation);
        return new OcclusionMaps
        {
            Grid = forward.Grid, Layer = forward.Layer, Channel = map, Class = wanted, CleanLabel = label, CleanProbability = clean[wanted],
            CleanActivity = Sum(forward.Maps.Span.Slice(map * plane, plane)), Activity = activity, Probability = probability, Labels = labels,
            LabelProbability = sure,
        };
    }

    /// <summary>Finds the place at which the followed class is least probable; the first of equal ones.</summary>
    public int MostHarmful() => Enumerable.Range(0, Probability.Count).MinBy(p => Probability[p]);

    private static int StrongestMap(OccludedForward forward)
    {
        var plane = (int)(forward.LayerShape.Known(2) * forward.LayerShape.Known(3));
        return Enumerable.Range(0, (int)forward.LayerShape.Known(1)).MaxBy(c => Sum(forward.Maps.Span.Slice(c * plane, plane)));
    }

    private static float[] Probabilities(ReadOnlySpan<float> scores)
    {
        var probabilities = new float[scores.Length];
        Softmax.Of(scores, probabilities);
        if (float.IsNaN(probabilities[0])) throw new GraphException("The network's scores are no numbers (NaN); the model or its input is damaged.");
        return probabilities;
    }

    private static int Largest(float[] values) => Array.IndexOf(values, values.Max());

    private static float Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return (float)sum;
    }
}
