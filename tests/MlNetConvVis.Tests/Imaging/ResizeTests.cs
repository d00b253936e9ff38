using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

/// <summary>Resizing against what Pillow 9.4.0 gives (Reference/make_reference.py).</summary>
public sealed class ResizeTests
{
    private static readonly RgbImage s_source = ImageCodecs.Default.Decode(ReferenceFile.Bytes("Imaging", "source.png"), "source.png");

    public static TheoryData<ResampleFilter, int, int> Sizes()
    {
        var sizes = new TheoryData<ResampleFilter, int, int>();
        foreach (var filter in Enum.GetValues<ResampleFilter>())
        {
            foreach (var (width, height) in new[] { (20, 15), (61, 16), (17, 47), (128, 100), (60, 46), (5, 1) })
                sizes.Add(filter, width, height);
        }

        return sizes;
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Resizing_agrees_with_Pillow_to_the_bit(ResampleFilter filter, int width, int height)
    {
        var expected = ImageAssert.Reference($"{filter.ToString().ToLowerInvariant()}_{width}x{height}.npy");
        ImageAssert.Close(expected, s_source.Resize(width, height, filter), 0);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_window_of_the_result_is_what_cropping_the_result_gives(ResampleFilter filter, int width, int height)
    {
        var window = new PixelWindow(width / 3, height / 4, width - (width / 2), height - (height / 2));
        var expected = s_source.Resize(width, height, filter).Crop(window);
        ImageAssert.Close(expected, s_source.Resize(width, height, filter, window), 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(13)]
    public void Rows_are_resampled_alike_however_many_there_are(int height)
    {
        var picture = s_source.Crop(new PixelWindow(3, 2, 41, height));
        foreach (var (width, filter) in new[] { (17, ResampleFilter.Bilinear), (17, ResampleFilter.Bicubic), (90, ResampleFilter.Bicubic) })
        {
            var resized = picture.Resize(width, height, filter);
            for (var y = 0; y < height; y++)
            {
                var alone = picture.Crop(new PixelWindow(0, y, 41, 1)).Resize(width, 1, filter);
                ImageAssert.Close(alone, resized.Crop(new PixelWindow(0, y, width, 1)), 0);
            }
        }
    }

    [Fact]
    public void The_same_size_gives_the_same_picture() => Assert.Same(s_source, s_source.Resize(s_source.Width, s_source.Height));

    [Fact]
    public void One_pixel_becomes_a_plane()
    {
        var plane = new RgbImage(1, 1, [7, 8, 250]).Resize(33, 5, ResampleFilter.Bicubic);
        ImageAssert.Close(RgbImage.Filled(33, 5, new Rgb(7, 8, 250)), plane, 0);
    }

    [Fact]
    public void Flipping_mirrors_every_row()
    {
        var flipped = s_source.FlipHorizontal();
        Assert.Equal(s_source[0, 3], flipped[s_source.Width - 1, 3]);
        Assert.NotEqual(s_source[0, 3], flipped[0, 3]);
        ImageAssert.Close(s_source, flipped.FlipHorizontal(), 0);
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, 0, 62, 5)]
    [InlineData(57, 0, 5, 5)]
    [InlineData(0, 0, 0, 5)]
    public void A_window_outside_the_picture_is_refused(int x, int y, int width, int height)
    {
        var error = Assert.Throws<ArgumentException>(() => s_source.Crop(new PixelWindow(x, y, width, height)));
        Assert.Contains("61x47", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_that_do_not_fit_the_size_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
        Assert.Contains("11 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("12", error.Message, StringComparison.Ordinal);
    }
}
