using System.Text.Json;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Transfer.Cache;

namespace MlNetConvVis.Transfer;

/// <summary>
/// Features on disk: extracted once, found again by content. A photo that changes is extracted anew, one that is renamed or copied is not; a network that
/// computes the layer otherwise, or other preprocessing, has features of its own. Large ones are mapped into memory, not read.
/// </summary>
/// <remarks>Each layer has a folder with <c>about.json</c> and segments of at most 512 images, which are added whole and never changed: an interrupted
/// extraction goes on, and several programs may use one cache.</remarks>
/// <param name="folder">The folder; made when missing.</param>
public sealed class FeatureCache(string folder)
{
    private const int KeyLetters = 24;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Gets the features of one or several layers for photos; those the cache lacks are extracted in one pass.</summary>
    /// <param name="net">The network, with its preprocessing.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="photos">The photos.</param>
    /// <param name="options">Device, batch, progress.</param>
    /// <param name="cancellation">Stops the work; what is extracted by then is kept.</param>
    /// <returns>For each layer its rows; to be disposed.</returns>
    /// <exception cref="Graph.GraphException">A layer does not exist, or the network does not say how photos become its input.</exception>
    /// <exception cref="Data.DataException">The cache is damaged.</exception>
    public CachedFeatures Get(
        ConvNet net, IReadOnlyList<string> layers, IReadOnlyList<ImageSource> photos, FeatureCacheOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(options);
        var stores = layers.Distinct(StringComparer.Ordinal).ToDictionary(static l => l, l => Open(net, l, options), StringComparer.Ordinal);
        try
        {
            var keys = ContentKey.OfPhotos(photos, options.Threads, cancellation);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var missing = Enumerable.Range(0, photos.Count)
                .Where(i => keys[i] is not { } key || (stores.Values.Any(s => s.Find(key) is null) && seen.Add(key))).ToArray();
            var work = new FeatureExtraction(net, stores, options);
            var broken = work.Run([.. missing.Select(i => photos[i])], [.. missing.Select(i => keys[i] ?? "")], cancellation);
            return new CachedFeatures(stores, photos, keys, broken, missing.Length - broken.Count);
        }
        catch
        {
            foreach (var store in stores.Values) store.Dispose();
            throw;
        }
    }

    private FeatureStore Open(ConvNet net, string layer, FeatureCacheOptions options)
    {
        var item = net.ShapeOf(layer).Dims.Skip(1).Select(static d => d.Size).ToArray();
        var key = ContentKey.OfLayer(net, layer);
        var place = Path.Combine(folder, $"{FileNames.Of([layer])[layer]}-{key[..KeyLetters]}");
        var store = new FeatureStore(place, checked((int)item.Aggregate(1L, static (a, b) => checked(a * b))), options.MapAbove);
        var about = Path.Combine(place, "about.json");
        if (!File.Exists(about))
        {
            File.WriteAllBytes(about, JsonSerializer.SerializeToUtf8Bytes(
                new { layer, shape = item, model = net.File, modelSha256 = net.Hash, preprocessing = net.RequirePreprocessing().ToJson(), key }, s_json));
        }

        return store;
    }
}

/// <summary>How features are extracted that a <see cref="FeatureCache"/> lacks.</summary>
public sealed record FeatureCacheOptions
{
    /// <summary>Gets device and threads of the network.</summary>
    public SessionSettings Settings { get; init; } = new();

    /// <summary>Gets how many photos are decoded side by side.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the most photos of one run of the network.</summary>
    /// <value>The default is 32.</value>
    public int Batch { get; init; } = 32;

    /// <summary>Gets above how many bytes a layer's features are mapped into memory in place of being read.</summary>
    /// <value>The default is 256 MiB.</value>
    public long MapAbove { get; init; } = 256L << 20;

    /// <summary>Gets who is told how many of how many photos have been extracted, or null.</summary>
    public IProgress<(int Done, int Total)>? Progress { get; init; }
}
