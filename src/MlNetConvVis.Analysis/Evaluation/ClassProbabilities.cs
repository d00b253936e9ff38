using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Analysis;

/// <summary>Gives a network's class probabilities for many images.</summary>
internal sealed class ClassProbabilities : IDisposable
{
    private readonly FeatureExtractor _extractor;
    private readonly string _scores;
    private readonly int[] _places;

    /// <summary>Opens a network.</summary>
    /// <param name="net">The network.</param>
    /// <param name="classes">The classes, in the order wanted.</param>
    /// <param name="options">Device, threads, images of one run.</param>
    /// <exception cref="GraphException">It has not as many scores as class names.</exception>
    public ClassProbabilities(ConvNet net, IReadOnlyList<string> classes, EvaluationOptions options)
    {
        _scores = GradCamGraph.ScoresOf(net);
        _places = ClassMatch.Places(net, classes);
        _extractor = new FeatureExtractor(net, [_scores], switches: false, options.Session, options.Batch);
        var count = _extractor.ItemShape(_scores)[0];
        if (count == classes.Count) return;
        _extractor.Dispose();
        throw new GraphException(
            $"Model '{net.File}' has {count} scores ('{_scores}') but names {classes.Count} classes; as many names as scores were wanted.");
    }

    /// <summary>Runs one batch.</summary>
    /// <param name="images">The inputs, one behind the other.</param>
    /// <param name="count">How many.</param>
    /// <returns>A row for each input: its probabilities in the order of the classes.</returns>
    public float[] Run(ReadOnlyMemory<float> images, int count)
    {
        var rows = new float[count * _places.Length];
        if (count == 0) return rows;
        var length = images.Length / count;
        var own = new float[_places.Length];      // in the order of the network's scores
        _extractor.Run(count, (i, image) => images.Span.Slice(i * length, length).CopyTo(image), (first, items, features) =>
        {
            for (var i = 0; i < items; i++)
            {
                Softmax.Of(features.Floats(_scores).Slice(i * _places.Length, _places.Length), own);
                for (var c = 0; c < own.Length; c++) rows[((first + i) * own.Length) + c] = own[_places[c]];
            }
        });
        return rows;
    }

    public void Dispose() => _extractor.Dispose();
}
