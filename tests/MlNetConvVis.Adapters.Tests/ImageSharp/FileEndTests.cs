using MlNetConvVis.Imaging;
using MlNetConvVis.ImageSharp;

namespace MlNetConvVis.Tests.ImageSharp;

/// <summary>ImageSharp fills what is missing with grey and says nothing; the codec must notice.</summary>
public sealed class FileEndTests
{
    [Theory]
    [InlineData("420.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("orientation6.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    [InlineData("rgb.png")]
    [InlineData("rgb.tif")]
    public void A_file_is_refused_wherever_it_is_cut(string file)
    {
        var codec = new ImageSharpCodec();
        var whole = ReferenceFile.Bytes("Imaging", file);
        Assert.NotNull(codec.Decode(whole, file));
        foreach (var share in new[] { 5, 25, 50, 75, 95 })
            Assert.Throws<ImageDecodeException>(() => codec.Decode(whole.AsSpan(0, whole.Length * share / 100), file));
    }

    [Fact]
    public void Of_an_animation_the_first_frame_is_enough()
    {
        var whole = ReferenceFile.Bytes("Imaging", "animated.gif");
        var first = new ImageSharpCodec().Decode(whole, "animated.gif");
        var withoutEnd = new ImageSharpCodec().Decode(whole.AsSpan(0, whole.Length - 4), "animated.gif");
        Assert.Equal(first.Pixels.ToArray(), withoutEnd.Pixels.ToArray());
    }
}
