using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>Finds what excites each feature map most in a collection of any size: one pass for all layers, photos decoded ahead of the network and forgotten
/// behind it, so that memory does not grow with their number; cut off at any point, it goes on.</summary>
public static class ActivationMining
{
    /// <summary>Runs the pass, or goes on with one that was cut off.</summary>
    /// <param name="net">The network; it must say how photos become its input.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="file">Where the pass is kept; it stays when the pass is done, so that another look costs nothing. Null: nowhere.</param>
    /// <param name="options">What is looked for; null: the defaults.</param>
    /// <param name="settings">Device and threads; null: the defaults.</param>
    /// <param name="loading">How photos are decoded; a broken one ends the work where this is strict. Null: the defaults.</param>
    /// <param name="progress">Receives how many photos are done, those of earlier calls included.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="GraphException">A layer does not exist, is not computed from the image, or does not lie channels first; whole fields are wanted and it
    /// has none; or an activation is not a number.</exception>
    /// <exception cref="DataException">Classes are to be kept apart and the photos have none, or several each.</exception>
    /// <exception cref="ImageDecodeException">A photo cannot be read, and that is not allowed.</exception>
    public static MinedMaps Run(
        ConvNet net,
        IReadOnlyList<string> layers,
        ImageSet photos,
        string? file = null,
        MiningOptions? options = null,
        SessionSettings? settings = null,
        ImageLoaderOptions? loading = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(photos);
        options ??= new MiningOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Top, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.KeptEvery, 1, nameof(options));
        if (options.ByClass && (photos.Classes.Count == 0 || photos.HasSeveralLabels))
        {
            throw new DataException(
                "The photos are to be looked at class by class, but they have no classes, or several each. Put them into a folder for each class, or list them " +
                "with one class each.");
        }

        foreach (var layer in layers) _ = net.FieldOf(layer);      // refuses layers whose maps are not their second axis
        var pass = new Pass(net, layers, photos, options, loading ?? new ImageLoaderOptions());
        var kept = file is null ? null : new MiningFile(file, net, layers, photos, options);
        return pass.Run(kept, settings ?? new SessionSettings(), progress, cancellation);
    }

    private sealed class Pass(ConvNet net, IReadOnlyList<string> layers, ImageSet photos, MiningOptions options, ImageLoaderOptions loading)
    {
        private readonly List<BrokenPhoto> _broken = [];
        private readonly TopBoard[] _boards = [.. layers.Select(l => new TopBoard(
            l, net.ShapeOf(l), options.Top, options.ByClass ? photos.Classes.Count : 1, options.WholeFields ? MapWindow.OfWholeFields(net, l) : null, options.Several))];

        public MinedMaps Run(MiningFile? kept, SessionSettings settings, IProgress<int>? progress, CancellationToken cancellation)
        {
            var (earlier, count) = (kept?.Read(_boards, _broken) ?? 0, photos.Images.Count);
            progress?.Report(earlier);
            if (earlier < count)
            {
                using var extractor = new FeatureExtractor(net, layers, switches: false, settings, options.Batch, shared: count > options.Batch);
                for (var first = earlier; first < count; first += options.KeptEvery)
                {
                    var some = Math.Min(options.KeptEvery, count - first);
                    Look(extractor, first, some, progress, cancellation);
                    kept?.Write(first + some, _boards, _broken);
                }
            }

            return new MinedMaps(count - _broken.Count, earlier, _broken, _boards, options.ByClass ? photos.Classes : []);
        }

        private void Look(FeatureExtractor extractor, int first, int count, IProgress<int>? progress, CancellationToken cancellation)
        {
            using var queue = new ImageQueue(
                i => photos.Images[first + i].Source, count, net.RequirePreprocessing(), loading, (2 * options.Batch) + loading.Threads, cancellation);
            extractor.Run(count, queue.Take, (from, some, features) =>
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < some; i++) Take(first + from + i, i, queue.ErrorOf(from + i), features);
                progress?.Report(first + from + some);
            });
        }

        private void Take(int photo, int item, string? error, FeatureBatch features)
        {
            if (error is not null)
            {
                if (loading.Strict) _ = photos.Images[photo].Source.Read(loading.Decode, loading.Codec);      // throws what it threw before
                _broken.Add(new BrokenPhoto(photo, error));
                return;
            }

            foreach (var board in _boards)
                board.Take(photo, features.Floats(board.Layer).Slice(item * board.Length, board.Length), options.ByClass ? photos.Images[photo].Label : 0);
        }
    }
}
