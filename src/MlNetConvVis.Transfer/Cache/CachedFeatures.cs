using MlNetConvVis.Imaging;
using MlNetConvVis.Transfer.Cache;

namespace MlNetConvVis.Transfer;

/// <summary>Features of photos, one row a photo, in memory or mapped from the cache's files. Rows are valid until it is disposed.</summary>
public sealed class CachedFeatures : IDisposable
{
    private readonly Dictionary<string, FeatureStore> _stores;
    private readonly string[] _keys;

    internal CachedFeatures(
        Dictionary<string, FeatureStore> stores, IReadOnlyList<ImageSource> photos, string?[] keys, IReadOnlyList<BrokenImage> broken, int extracted)
    {
        var first = stores.Values.First();
        (_stores, Broken, Extracted) = (stores, broken, extracted);
        Sources = [.. Enumerable.Range(0, photos.Count).Where(i => keys[i] is { } key && first.Find(key) is not null)];
        _keys = [.. Sources.Select(i => keys[i]!)];
    }

    /// <summary>Gets, for each row, its place in the list of photos.</summary>
    public IReadOnlyList<int> Sources { get; }

    /// <summary>Gets the photos that could not be read, and why.</summary>
    public IReadOnlyList<BrokenImage> Broken { get; }

    /// <summary>Gets how many photos the cache lacked.</summary>
    public int Extracted { get; }

    /// <summary>Gets the SHA-256 of each row's photo, in hexadecimal.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Gets whether a layer's rows lie in mapped files.</summary>
    /// <param name="layer">One of the layers asked for.</param>
    public bool IsMapped(string layer) => _stores[layer].IsMapped;

    /// <summary>Gets the features an image has in a layer.</summary>
    /// <param name="layer">One of the layers asked for.</param>
    public int Columns(string layer) => _stores[layer].Columns;

    /// <summary>Gets a layer's rows, in the order of <see cref="Sources"/>.</summary>
    /// <param name="layer">One of the layers asked for.</param>
    public IReadOnlyList<ReadOnlyMemory<float>> Rows(string layer) => [.. _keys.Select(key => _stores[layer].Find(key)!.Value)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores.Values) store.Dispose();
    }
}
