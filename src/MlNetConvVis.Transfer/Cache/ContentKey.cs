using System.Security.Cryptography;
using System.Text;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Transfer.Cache;

/// <summary>What something holds, condensed to 32 bytes (SHA-256): a changed photo or model has another key, a renamed one the same.</summary>
internal static class ContentKey
{
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>Gets the keys of photos, null for one that cannot be read.</summary>
    public static string?[] OfPhotos(IReadOnlyList<ImageSource> photos, int threads, CancellationToken cancellation)
    {
        var keys = new string?[photos.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, photos.Count, parallel, i =>
        {
            try
            {
                keys[i] = Convert.ToHexStringLower(photos[i].ContentHash());
            }
            catch (ImageDecodeException)
            {
                keys[i] = null;      // the loader says what is wrong with it
            }
        });
        return keys;
    }

    /// <summary>Gets the key of what a layer computes: the part of the network before it, and the preprocessing. Layers behind it do not matter.</summary>
    public static string OfLayer(ConvNet net, string layer)
    {
        var graph = FeatureGraph.Of(net, [layer], switches: false).With(metadata: new Dictionary<string, string>(StringComparer.Ordinal));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(OnnxFile.ToBytes(graph));
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{net.RequirePreprocessing().ToJson()}\n{layer}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
