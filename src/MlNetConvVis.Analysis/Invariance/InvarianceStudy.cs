using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>How far a layer's features moved.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Distance">The Euclidean distance to the features of the photo as it is.</param>
/// <param name="Normalised">The same between features scaled to length one: 0 to 2, and at most the square root of 2 for features that are never negative. 0 where
/// one of them is all zero and so is the other, 1 where one of them is.</param>
public sealed record FeatureDistance(string Layer, double Distance, double Normalised);

/// <summary>One photo, transformed once.</summary>
/// <param name="Photo">Which photo.</param>
/// <param name="Transform">How it was transformed.</param>
/// <param name="Probability">The probability of its true class.</param>
/// <param name="Distances">One a layer.</param>
public sealed record InvariancePoint(int Photo, PhotoTransform Transform, float Probability, IReadOnlyList<FeatureDistance> Distances);

/// <summary>What was found: a point for each photo and transform, and the class that each photo was taken for.</summary>
/// <param name="Classes">One a photo: the one that was given, or the most probable one of the photo as it is.</param>
/// <param name="Points">Photo by photo, transforms in their order.</param>
public sealed record InvarianceResult(IReadOnlyList<int> Classes, IReadOnlyList<InvariancePoint> Points);

/// <summary>How features and probability change when photos are moved, enlarged and turned (Zeiler and Fergus 2013, section 4.1 and figure 5).</summary>
public static class InvarianceStudy
{
    /// <summary>Transforms photos and compares them with what they were.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="photos">The photos as the network sees them.</param>
    /// <param name="classes">One a photo: its true class, or null for the most probable one.</param>
    /// <param name="transforms">The transforms.</param>
    /// <param name="fill">The colour of what lies outside a photo.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">Images of one run.</param>
    /// <param name="progress">Receives how many images are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="GraphException">A layer or class does not exist, or the network gives no scores.</exception>
    public static InvarianceResult Run(
        ConvNet net, IReadOnlyList<string> layers, IReadOnlyList<RgbImage> photos, IReadOnlyList<int?> classes, IReadOnlyList<PhotoTransform> transforms, Rgb fill,
        SessionSettings settings, int batch = 16, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(transforms);
        var preprocessing = net.RequirePreprocessing();
        return Compare(
            net, layers, photos.Count, classes, transforms,
            (photo, transform, image) => preprocessing.Normalize(transform is { } how ? how.Apply(photos[photo], fill) : photos[photo], image),
            settings, batch, progress, cancellation);
    }

    /// <summary>Writes the input of one photo, transformed, or as it is for null.</summary>
    internal delegate void FillTransformed(int photo, PhotoTransform? transform, Span<float> image);

    internal static InvarianceResult Compare(
        ConvNet net, IReadOnlyList<string> layers, int photos, IReadOnlyList<int?> classes, IReadOnlyList<PhotoTransform> transforms, FillTransformed fill,
        SessionSettings settings, int batch = 16, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var scores = GradCamGraph.ScoresOf(net);
        using var extractor = new FeatureExtractor(net, [.. layers.Append(scores).Distinct(StringComparer.Ordinal)], switches: false, settings, batch);
        var count = (int)extractor.ItemShape(scores)[0];
        if (classes.FirstOrDefault(c => c < 0 || c >= count) is { } odd) throw new GraphException($"Class {odd} was asked for, but the network has {count} (0 to {count - 1}).");
        var (chosen, points, done) = (new int[photos], new List<InvariancePoint>(photos * transforms.Count), 0);
        for (var photo = 0; photo < photos; photo++)
        {
            var own = photo;
            Dictionary<string, float[]> clean = [];
            extractor.Run(1, (_, image) => fill(own, null, image), (_, _, features) =>
            {
                foreach (var layer in layers) clean[layer] = Values(extractor, features, layer, 0).ToArray();
                chosen[own] = classes[own] ?? MostProbable(Values(extractor, features, scores, 0));
            });
            extractor.Run(transforms.Count, (t, image) => fill(own, transforms[t], image), (first, items, features) =>
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < items; i++)
                {
                    var item = i;
                    points.Add(new InvariancePoint(own, transforms[first + i], Probability(Values(extractor, features, scores, i), chosen[own]),
                        [.. layers.Select(layer => Distance(layer, clean[layer], Values(extractor, features, layer, item)))]));
                }

                progress?.Report(done += items);
            });
        }

        return new InvarianceResult(chosen, points);
    }

    private static ReadOnlySpan<float> Values(FeatureExtractor extractor, FeatureBatch features, string layer, int item)
    {
        var length = (int)OnnxTensor.Product(extractor.ItemShape(layer));
        return features.Floats(layer).Slice(item * length, length);
    }

    private static FeatureDistance Distance(string layer, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (lengthA, lengthB) = (Length(a), Length(b));
        var (raw, unit) = (0.0, 0.0);
        for (var k = 0; k < a.Length; k++)
        {
            var (difference, turned) = ((double)a[k] - b[k], (lengthA > 0 ? a[k] / lengthA : 0) - (lengthB > 0 ? b[k] / lengthB : 0));
            raw += difference * difference;
            unit += turned * turned;
        }

        return new FeatureDistance(layer, Math.Sqrt(raw), Math.Sqrt(unit));
    }

    private static double Length(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    private static int MostProbable(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var c = 1; c < scores.Length; c++) best = scores[c] > scores[best] ? c : best;
        return best;
    }

    private static float Probability(ReadOnlySpan<float> scores, int @class)
    {
        var probabilities = new float[scores.Length];
        Softmax.Of(scores, probabilities);
        return probabilities[@class];
    }
}
