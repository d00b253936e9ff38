using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public sealed class TensorPictureTests
{
    [Fact]
    public void Zero_is_grey_and_both_signs_reach_equally_far()
    {
        var picture = TensorPicture.Signed([-2, 0, 2, 1, 0, 0, 0, 0, 0.5f], 3, 1, 3);
        Assert.Equal([1, 192, 128, 128, 128, 128, 255, 128, 160], picture.Pixels.ToArray());
    }

    [Fact]
    public void A_shared_range_keeps_strengths_apart()
    {
        Assert.Equal(255, TensorPicture.Signed([1], 1, 1, 1)[0, 0].R);
        Assert.Equal(144, TensorPicture.Signed([1], 1, 1, 1, range: 8)[0, 0].R);
        Assert.Equal(1, TensorPicture.Signed([-9], 1, 1, 1, range: 8)[0, 0].R);
    }

    [Fact]
    public void Bgr_tensors_are_drawn_in_their_colours() =>
        Assert.Equal(new Rgb(128, 128, 255), TensorPicture.Signed([3, 0, 0], 3, 1, 1, ChannelOrder.Bgr)[0, 0]);

    [Fact]
    public void All_zero_is_plain_grey() => Assert.Equal(Rgb.Grey, TensorPicture.Signed(new float[12], 3, 2, 2)[1, 1]);

    [Fact]
    public void A_ramp_goes_from_the_smallest_to_the_largest()
    {
        Assert.Equal([0, 0, 0, 64, 64, 64, 255, 255, 255], TensorPicture.Ramp([-1, 0, 3], 1, 1, 3).Pixels.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 0, 255, 255, 255], TensorPicture.Ramp([-1, 0, 3], 1, 1, 3, black: 0, white: 3).Pixels.ToArray());
        Assert.Equal([0, 0, 0], TensorPicture.Ramp([5], 1, 1, 1).Pixels.ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_number_is_refused_with_its_place(float value)
    {
        var error = Assert.Throws<ArgumentException>(() => TensorPicture.Signed([0, value, 0], 3, 1, 1));
        Assert.Contains("Value 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Contains("not 2", Assert.Throws<ArgumentException>(() => TensorPicture.Signed([0, 0], 2, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("3x2x2", Assert.Throws<ArgumentException>(() => TensorPicture.Signed([0, 0], 3, 2, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Enlarging_repeats_pixels() =>
        Assert.Equal(
            [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6],
            new RgbImage(2, 1, [1, 2, 3, 4, 5, 6]).Enlarge(2).Pixels.ToArray());

    [Fact]
    public void A_sheet_has_gaps_a_margin_and_empty_cells()
    {
        var (red, blue) = (new Rgb(255, 0, 0), new Rgb(0, 0, 255));
        var sheet = new ImageSheet { Columns = 2, Gap = 1, Margin = 3 };
        var drawn = sheet.Compose([RgbImage.Filled(4, 4, red), null, RgbImage.Filled(2, 2, blue)]);

        Assert.Equal((3 + 4 + 1 + 4 + 3, 3 + 4 + 1 + 4 + 3), (drawn.Width, drawn.Height));
        Assert.Equal(red, drawn[3, 3]);
        Assert.Equal(red, drawn[6, 6]);
        Assert.Equal(Rgb.White, drawn[7, 7]);
        Assert.Equal(Rgb.White, drawn[9, 4]);
        Assert.Equal(Rgb.White, drawn[3, 8]);
        Assert.Equal(blue, drawn[4, 9]);
        Assert.Equal(blue, drawn[5, 10]);
        Assert.Equal(Rgb.White, drawn[6, 11]);
        Assert.Throws<ArgumentException>(() => sheet.Compose([null]));
        Assert.Throws<ArgumentException>(() => (sheet with { Columns = 0 }).Compose([RgbImage.Filled(4, 4, red)]));
    }

    [Fact]
    public void A_written_png_reads_back()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "new", "x.png");
        var image = TensorPicture.Signed([-2, 0, 2, 1, 0, 0, 0, 0, 0.5f], 3, 1, 3);
        image.WritePng(file);
        ImageAssert.Close(image, ImageLoader.Read(file), 0);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
    }
}
