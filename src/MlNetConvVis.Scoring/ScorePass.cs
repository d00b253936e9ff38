using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Scoring;

/// <summary>Runs images through a network and writes their rows: decoding, the network and writing side by side, each in the order of the list.</summary>
internal sealed class ScorePass : IDisposable
{
    // one thread's run is never of one image: matrix products of one row are summed in another order, and rows would depend on their neighbours
    private const int ImagesOfOneThread = 8;

    private readonly ConvNet _net;
    private readonly ScoreList _list;
    private readonly ScoreOptions _options;
    private readonly string _scores;
    private readonly FeatureExtractor _extractor;
    private readonly int _batch;

    public ScorePass(ConvNet net, ScoreList list, ScoreOptions options)
    {
        (_net, _list, _options) = (net, list, options);
        _scores = GradCamGraph.ScoresOf(net);
        _batch = ImagesOfOneThread * options.Session.ThreadCount;
        _extractor = new FeatureExtractor(net, [_scores], switches: false, options.Session, _batch, shared: true);
    }

    public string Provider => _extractor.Provider;

    /// <summary>Gets how many inputs lie decoded at a time at most.</summary>
    private int Slots => (2 * _batch) + _options.Loading.Threads;

    /// <summary>Computes the parts that are missing.</summary>
    /// <param name="folder">Where they go.</param>
    /// <param name="progress">Hears how many rows are done, those of earlier runs included.</param>
    /// <param name="cancellation">Stops the work.</param>
    public void Run(ScoreFolder folder, IProgress<int>? progress, CancellationToken cancellation)
    {
        var missing = folder.MissingParts();
        if (missing.Length == 0) return;
        var stream = new PartStream(folder, missing);
        var done = folder.Rows.Count - stream.Count;
        progress?.Report(done);
        using var inputs = new ImageQueue(
            i => _list.Source(stream.At(i).Row), stream.Count, _net.RequirePreprocessing(), _options.Loading, Slots, cancellation);
        using var writer = new PartWriter(folder);
        var classes = (int)_extractor.ItemShape(_scores)[0];
        _extractor.Run(Padded(stream.Count), Fill, Take);
        writer.Complete();

        void Fill(int index, Span<float> image)
        {
            cancellation.ThrowIfCancellationRequested();
            if (index < stream.Count) inputs.Take(index, image);
            else image.Clear();
        }

        void Take(int first, int count, FeatureBatch features)
        {
            var scores = features.Floats(_scores);
            for (var i = 0; i < count && first + i < stream.Count; i++)
            {
                var (part, row) = stream.At(first + i);
                writer.Add(part, RowOf(row, scores.Slice(i * classes, classes), inputs.ErrorOf(first + i)));
            }

            progress?.Report(done + Math.Min(first + count, stream.Count));
        }
    }

    public void Dispose() => _extractor.Dispose();

    /// <summary>Every run of the network is of a full batch, so that no row depends on where a run, a shard or the list ends.</summary>
    private int Padded(int count)
    {
        var unit = Provider == SessionSettings.ProcessorProvider ? ImagesOfOneThread : _batch;
        return checked((count + unit - 1) / unit * unit);
    }

    private ScoredRow RowOf(int row, ReadOnlySpan<float> scores, string? error)
    {
        var (name, given) = (_list.Name(row), _list.Given(row));
        if (error is null && TopLabels.Of(scores, _net.Classes, _options.TopLabels) is { } labels) return new ScoredRow(row, name, given, labels);
        return new ScoredRow(row, name, given, [], error ?? "The network's scores for it are not numbers (NaN or infinite); the model or the image is damaged.");
    }

    /// <summary>The rows of missing parts, one behind the other.</summary>
    private sealed class PartStream(ScoreFolder folder, int[] parts)
    {
        public int Count { get; } = parts.Sum(p => folder.RowsOf(p).Count);      // only the list's last part may be short, and it is the last here too

        public (int Part, int Row) At(int index)
        {
            var part = parts[index / folder.Job.PartRows];
            return (part, folder.RowsOf(part).First + (index % folder.Job.PartRows));
        }
    }
}
