using System.Globalization;
using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Explorer;

/// <summary>The class probabilities of one network, with and without an occluder. Safe for several threads.</summary>
internal sealed class ModelLabels : IDisposable
{
    private const int Most = 5;

    private readonly Lock _lock = new();
    private readonly FeatureExtractor _extractor;
    private readonly string _scores;
    private readonly ConvNet _net;
    private readonly PhotoShelf _photos;
    private readonly int _id;
    private readonly float[] _cover;
    private (int Photo, float[] Probabilities)? _last;

    private ModelLabels(int id, ConvNet net, string scores, PhotoShelf photos, SessionSettings settings)
    {
        (_id, _net, _scores, _photos) = (id, net, scores, photos);
        _cover = OccluderFill.Mean.Cover(net);
        _extractor = new FeatureExtractor(net, [scores], switches: false, settings, batch: 1);
    }

    /// <summary>Opens it; null where the network's output is no score a class.</summary>
    public static ModelLabels? Of(int id, ConvNet net, PhotoShelf photos, SessionSettings settings)
    {
        try
        {
            return new ModelLabels(id, net, GradCamGraph.ScoresOf(net), photos, settings);
        }
        catch (GraphException)
        {
            return null;
        }
    }

    /// <summary>Gives the most probable classes, and what becomes of them when a square is covered.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="square">Left, top and side of the occluder, in the network's pixels; what lies outside is cut off. Null: none.</param>
    public LabelsAnswer Of(int photo, (int X, int Y, int Side)? square)
    {
        lock (_lock)
        {
            var plain = _last is { } last && last.Photo == photo ? last.Probabilities : Run(photo, null);
            _last = (photo, plain);
            var best = Enumerable.Range(0, plain.Length).OrderByDescending(c => plain[c]).Take(Most).ToArray();
            var labels = best.Select(c => new LabelAnswer(c, Name(c), plain[c])).ToArray();
            if (square is null) return new LabelsAnswer(labels, null);
            var covered = Run(photo, square);
            var first = Enumerable.Range(0, covered.Length).MaxBy(c => covered[c]);
            return new LabelsAnswer(labels, new CoveredAnswer([.. best.Select(c => covered[c])], new LabelAnswer(first, Name(first), covered[first])));
        }
    }

    public void Dispose() => _extractor.Dispose();

    private float[] Run(int photo, (int X, int Y, int Side)? square)
    {
        var scores = _extractor.Matrix(_scores, 1, (_, image) =>
        {
            _photos.Fill(_id, photo, image);
            if (square is { } s) Cover(image, s);
        });
        var probabilities = new float[scores.Length];
        Softmax.Of(scores, probabilities);
        return probabilities;
    }

    private void Cover(Span<float> image, (int X, int Y, int Side) square)
    {
        var preprocessing = _net.RequirePreprocessing();
        var (height, width, channels) = (preprocessing.Height, preprocessing.Width, preprocessing.ChannelCount);
        var isLast = preprocessing.Layout == Imaging.TensorLayout.Nhwc;
        for (var y = Math.Max(0, square.Y); y < Math.Min(height, square.Y + square.Side); y++)
        {
            for (var x = Math.Max(0, square.X); x < Math.Min(width, square.X + square.Side); x++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var at = isLast ? (channels * ((y * width) + x)) + c : (((c * height) + y) * width) + x;
                    image[at] = _cover[at];
                }
            }
        }
    }

    private string Name(int index) => _net.Classes is { } names && index < names.Count ? names[index]
        : string.Create(CultureInfo.InvariantCulture, $"class {index}");
}
