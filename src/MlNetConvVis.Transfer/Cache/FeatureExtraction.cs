using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Transfer.Cache;

/// <summary>Runs photos through the network and adds the layers' features to their stores.</summary>
internal sealed class FeatureExtraction(ConvNet net, IReadOnlyDictionary<string, FeatureStore> stores, FeatureCacheOptions options)
{
    /// <summary>Extracts photos.</summary>
    /// <returns>The photos that cannot be read.</returns>
    public List<BrokenImage> Run(ImageSource[] photos, string[] keys, CancellationToken cancellation)
    {
        var broken = new List<BrokenImage>();
        if (photos.Length == 0) return broken;
        var size = Math.Min(options.Batch, photos.Length);
        using var extractor = new FeatureExtractor(net, [.. stores.Keys], switches: false, options.Settings, size);
        var batches = new PhotoBatches(photos, net.RequirePreprocessing(), new ImageLoaderOptions { Threads = options.Threads }, size);
        try
        {
            foreach (var batch in batches.Read(cancellation))
            {
                broken.AddRange(batch.Files.Broken);
                Extract(extractor, batch, keys);
                options.Progress?.Report((Math.Min(photos.Length, batch.First + size), photos.Length));
                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (var store in stores.Values) store.Complete();      // an interrupted extraction keeps what it has
        }

        return broken;
    }

    private void Extract(FeatureExtractor extractor, PhotoBatch batch, string[] keys)
    {
        if (batch.Files.Count == 0) return;
        var length = batch.Images.Length / batch.Files.Count;
        extractor.Run(
            batch.Files.Count,
            (i, image) => batch.Images.Span.Slice(i * length, length).CopyTo(image),
            (first, count, features) =>
            {
                foreach (var (layer, store) in stores)
                {
                    for (var i = 0; i < count; i++)
                    {
                        var key = keys[batch.First + batch.Files.Loaded[first + i]];
                        if (store.Find(key) is null) store.Append(key, features.Floats(layer).Slice(i * store.Columns, store.Columns));
                    }
                }
            });
    }
}
