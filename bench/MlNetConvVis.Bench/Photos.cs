using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Bench;

/// <summary>Pictures with the detail of photos at every scale: noise of many sizes, the coarse stronger than the fine.</summary>
internal static class Photos
{
    private const int Width = 500;
    private const int Height = 375;

    /// <summary>Writes pictures of 500x375 as PNG.</summary>
    /// <param name="folder">The folder, made when missing.</param>
    /// <param name="count">How many.</param>
    public static void Write(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < count; i++) Picture((ulong)i).WritePng(Path.Combine(folder, FormattableString.Invariant($"{i:000}.png")));
    }

    private static RgbImage Picture(ulong seed)
    {
        var random = new SplitMix64(seed);
        var sums = new float[3 * Width * Height];
        var weight = 0.5f;
        for (var cells = 4; cells <= 256; cells *= 2, weight /= 2)
        {
            var noise = new byte[3 * cells * cells];
            for (var i = 0; i < noise.Length; i++) noise[i] = (byte)(random.Next() >> 56);
            var octave = new RgbImage(cells, cells, noise).Resize(Width, Height);
            for (var i = 0; i < sums.Length; i++) sums[i] += weight * octave.Pixels[i];
        }

        return new RgbImage(Width, Height, [.. sums.Select(static s => (byte)s)]);
    }
}
