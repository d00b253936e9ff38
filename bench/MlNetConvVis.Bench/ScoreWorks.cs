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

/// <summary>The photos of a scoring: few, each many times.</summary>
/// <param name="Different">The photos.</param>
/// <param name="Times">How often each comes.</param>
/// <param name="What">What they are.</param>
internal sealed record ScorePhotos(string[] Different, int Times, string What)
{
    private const int Drawn = 32;

    /// <summary>Gets all photos in the order of scoring.</summary>
    public string[] All => [.. Enumerable.Range(0, Different.Length * Times).Select(i => Different[i % Different.Length])];

    /// <summary>Takes the photos of a folder, or draws noise: JPEG where the peer can write it, else PNG.</summary>
    public static ScorePhotos Of(string? given, Peer? peer, string folder, int count)
    {
        if (given is not null) return Found(given, count, "photos");
        Photos.Write(folder, Drawn);
        var format = peer is not null && peer.ToJpeg(folder) ? "JPEG" : "PNG";
        return Found(folder, count, $"{format} files of noise, 500x375");
    }

    public override string ToString() => $"{Different.Length * Times} {What}";

    private static ScorePhotos Found(string folder, int wanted, string what)
    {
        string[] files = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new IOException($"'{folder}' holds no photos.");
        return new(files, Math.Max(1, wanted / files.Length), what);
    }
}

/// <summary>
/// The bare network over the same photos, decoded beforehand, or as a part of the run before the network begins, with as many threads. Each thread of the
/// network has images of its own, which is as quick as it is run anywhere here, or all work on one batch, as ONNX Runtime runs it by itself.
/// </summary>
internal sealed class BareNetworkWork : IWork
{
    private const int ImagesOfOneThread = 8;

    private readonly FeatureExtractor _extractor;
    private readonly ImageLoader _loader;
    private readonly ScorePhotos _photos;
    private readonly bool _decodes;
    private readonly string _scores;
    private readonly float[] _images;
    private readonly int _length;
    private double _sum;

    /// <param name="net">The network.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="decodes">Whether the photos are decoded in each run, every one as often as it comes.</param>
    /// <param name="shared">Whether each thread has images of its own; otherwise all work on one batch, as ONNX Runtime does by itself.</param>
    public BareNetworkWork(ConvNet net, ScorePhotos photos, SessionSettings settings, bool decodes = false, bool shared = true)
    {
        (_scores, _photos, _decodes) = (GradCamGraph.ScoresOf(net), photos, decodes);
        _extractor = new FeatureExtractor(net, [_scores], switches: false, settings, ImagesOfOneThread * settings.ThreadCount, shared);
        var preprocessing = net.RequirePreprocessing();
        _loader = new ImageLoader(preprocessing, new ImageLoaderOptions { Strict = true, Threads = settings.ThreadCount });
        _length = (int)preprocessing.TensorLength;
        _images = new float[photos.Different.Length * _length];
        _loader.Load(photos.Different, _images);
    }

    public void Run()
    {
        for (var i = 0; _decodes && i < _photos.Times; i++) _loader.Load(_photos.Different, _images);
        _sum = 0;
        var classes = (int)_extractor.ItemShape(_scores)[0];
        _extractor.Run(Count, (i, image) => _images.AsSpan(i % _photos.Different.Length * _length, _length).CopyTo(image), (_, count, features) =>
        {
            for (var i = 0; i < count; i++) _sum += TopLabels.Of(features.Floats(_scores).Slice(i * classes, classes), null, 1)![0].Probability;
        });
    }

    public double Mean() => _sum / Count;

    public void Dispose() => _extractor.Dispose();

    private int Count => _photos.Different.Length * _photos.Times;
}
