using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Scoring;

namespace MlNetConvVis.Bench;

/// <summary>All of <c>score</c>: reading, decoding, the network, rows, the page. Opening the network is part of it.</summary>
internal sealed class ScoreWork(ConvNet net, string[] photos, SessionSettings settings) : IWork
{
    private readonly string _folder = Directory.CreateTempSubdirectory("convvis-bench-score-").FullName;

    public void Run()
    {
        Directory.Delete(_folder, recursive: true);
        var list = ScoreList.Of(Path.GetDirectoryName(photos[0])!, new ImageSet([], [.. photos.Select(static p => new LabelledImage(p, LabelledImage.Unlabelled))]));
        ScoreRun.Run(net, list, _folder, new ScoreOptions { Session = settings, Loading = new ImageLoaderOptions { Threads = settings.ThreadCount } });
    }

    /// <summary>The mean probability of the most probable label.</summary>
    public double Mean() => RowFile.Read(Path.Combine(_folder, "scores.jsonl"), 0, photos.Length).Average(static r => r.Labels[0].Probability);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>The bare network over the same photos, decoded before: as quick as it is run anywhere here, each thread on images of its own.</summary>
internal sealed class BareNetworkWork : IWork
{
    private const int ImagesOfOneThread = 8;

    private readonly FeatureExtractor _extractor;
    private readonly string _scores;
    private readonly float[] _images;
    private readonly int _different;
    private readonly int _count;
    private double _sum;

    /// <param name="net">The network.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="different">After how many they come again.</param>
    /// <param name="settings">Device and threads.</param>
    public BareNetworkWork(ConvNet net, string[] photos, int different, SessionSettings settings)
    {
        (_scores, _different, _count) = (GradCamGraph.ScoresOf(net), different, photos.Length);
        _extractor = new FeatureExtractor(net, [_scores], switches: false, settings, ImagesOfOneThread * settings.ThreadCount, shared: true);
        var preprocessing = net.RequirePreprocessing();
        _images = new float[different * preprocessing.TensorLength];
        new ImageLoader(preprocessing, new ImageLoaderOptions { Strict = true }).Load(photos[..different], _images);
    }

    public void Run()
    {
        _sum = 0;
        var (length, classes) = (_images.Length / _different, (int)_extractor.ItemShape(_scores)[0]);
        _extractor.Run(_count, (i, image) => _images.AsSpan(i % _different * length, length).CopyTo(image), (_, count, features) =>
        {
            for (var i = 0; i < count; i++) _sum += TopLabels.Of(features.Floats(_scores).Slice(i * classes, classes), null, 1)![0].Probability;
        });
    }

    public double Mean() => _sum / _count;

    public void Dispose() => _extractor.Dispose();
}
