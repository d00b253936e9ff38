using System.Runtime.Intrinsics;

namespace MlNetConvVis.Imaging;

/// <summary>Takes one colour out of interleaved pixels, sixteen at a time.</summary>
internal static class PixelPlanes
{
    private static readonly Vector128<byte>[][] s_places = [.. Enumerable.Range(0, 3).Select(Places)];

    /// <summary>Writes (pixel - mean) * scale of one colour.</summary>
    /// <param name="pixels">Interleaved RGB.</param>
    /// <param name="colour">0 red, 1 green, 2 blue.</param>
    /// <param name="mean">What is taken off.</param>
    /// <param name="scale">The factor after that.</param>
    /// <param name="target">A value for each pixel.</param>
    public static void Normalize(ReadOnlySpan<byte> pixels, int colour, float mean, float scale, Span<float> target)
    {
        var places = s_places[colour];
        var (means, scales, x) = (Vector128.Create(mean), Vector128.Create(scale), 0);
        for (; x <= target.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var from = pixels.Slice(3 * x, 3 * Vector128<byte>.Count);
            var values = Vector128.ShuffleNative(Vector128.Create(from), places[0])
                | Vector128.ShuffleNative(Vector128.Create(from[16..]), places[1])
                | Vector128.ShuffleNative(Vector128.Create(from[32..]), places[2]);
            var (low, high) = Vector128.Widen(values);
            var ((a, b), (c, d)) = (Vector128.Widen(low), Vector128.Widen(high));
            var to = target.Slice(x, Vector128<byte>.Count);
            ((Vector128.ConvertToSingle(a.AsInt32()) - means) * scales).CopyTo(to);
            ((Vector128.ConvertToSingle(b.AsInt32()) - means) * scales).CopyTo(to[4..]);
            ((Vector128.ConvertToSingle(c.AsInt32()) - means) * scales).CopyTo(to[8..]);
            ((Vector128.ConvertToSingle(d.AsInt32()) - means) * scales).CopyTo(to[12..]);
        }

        for (; x < target.Length; x++) target[x] = (pixels[(3 * x) + colour] - mean) * scale;
    }

    /// <summary>Where, in each of the three vectors that hold sixteen pixels, a colour's bytes lie; 255, which gives zero, for those in another.</summary>
    private static Vector128<byte>[] Places(int colour) => [.. Enumerable.Range(0, 3).Select(part => Vector128.Create(
        [.. Enumerable.Range(0, 16).Select(pixel => (3 * pixel) + colour - (16 * part)).Select(static at => at is >= 0 and < 16 ? (byte)at : (byte)255)]))];
}
