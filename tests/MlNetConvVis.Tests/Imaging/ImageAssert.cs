using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

internal static class ImageAssert
{
    /// <summary>Reads a picture that numpy saved: uint8, rows x columns x 3.</summary>
    public static RgbImage Reference(string name)
    {
        var array = NpyFile.Read<byte>(ReferenceFile.PathOf("Imaging", name));
        Assert.Equal([array.Shape[0], array.Shape[1], 3], array.Shape);
        return new RgbImage(array.Shape[1], array.Shape[0], array.Values);
    }

    /// <summary>Same size, and no sample further off than allowed.</summary>
    public static void Close(RgbImage expected, RgbImage actual, int allowed)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        for (var i = 0; i < expected.Pixels.Length; i++)
        {
            if (Math.Abs(expected.Pixels[i] - actual.Pixels[i]) > allowed)
            {
                var (pixel, channel) = (i / 3, "RGB"[i % 3]);
                Assert.Fail(
                    $"({pixel % expected.Width}, {pixel / expected.Width}) {channel}: " +
                    $"expected {expected.Pixels[i]}, got {actual.Pixels[i]}, allowed ±{allowed}");
            }
        }
    }
}
