using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Analysis;

public sealed class FigureSheetTests
{
    private static readonly Rgb s_red = new(250, 0, 0);

    [Theory]
    [InlineData(0, 0, 1, 1)]      // cut above and at the left: grey there
    [InlineData(2, 2, 0, 0)]
    public void What_the_border_cuts_off_is_grey_on_its_side(int y, int x, int greyRows, int greyColumns)
    {
        // 3x3 windows with padding 1 over 6x6 pixels: a cell is 3x3 pixels, 32 times larger; the patch stands at the right
        var net = new ConvNet(GraphText.Parse("p = MaxPool(x) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1]", [-1, 3, 6, 6]));
        var seen = RgbImage.Filled(3 - greyColumns, 3 - greyRows, s_red);
        var sheet = FigureSheet.Of(net, [Map("p", 0, new Unit(0, y, x), seen)]);
        var (left, top) = (12 + 96 + 8, 12 + 20);
        Assert.Equal((12 + 96 + 8 + 96 + 12, 12 + 20 + 96 + 12), (sheet.Width, sheet.Height));
        Assert.Equal(greyRows == 1 ? Rgb.Grey : s_red, sheet[left + 95, top]);
        Assert.Equal(greyColumns == 1 ? Rgb.Grey : s_red, sheet[left, top + 95]);
        Assert.Equal(s_red, sheet[left + 95, top + 95]);
        Assert.Equal((s_red, s_red), (sheet[left + 32, top + 32], sheet[left + 95, top + 32]));
    }

    [Fact]
    public void Where_fields_reach_over_the_image_the_frame_is_the_image()
    {
        var net = new ConvNet(GraphText.Parse("p = MaxPool(x) kernel_shape=[9,9] strides=[1,1] pads=[4,4,4,4]", [-1, 3, 6, 6]));
        var sheet = FigureSheet.Of(net, [Map("p", 0, new Unit(0, 5, 5), RgbImage.Filled(5, 5, s_red))]);      // sees pixels 1 to 5
        var (left, top) = (12 + 96 + 8, 12 + 20);
        Assert.Equal((Rgb.Grey, s_red), (sheet[left, top], sheet[left + 16, top + 16]));
    }

    [Theory]
    [InlineData(1, 9, 300)]
    [InlineData(16, 9, 200)]
    [InlineData(512, 9, 200)]
    [InlineData(16, 100, 15)]
    public void Sheets_stay_of_a_size_that_can_be_looked_at(int maps, int pictures, int pixels)
    {
        var net = new ConvNet(GraphText.Parse($"p = MaxPool(x) kernel_shape=[{pixels},{pixels}]", [-1, 3, pixels, pixels]));
        var picture = RgbImage.Filled(pixels, pixels, s_red);
        var one = new FeaturePicture(new TopActivation(0, new Unit(0, 0, 0), 1), picture, picture);
        var sheet = FigureSheet.Of(net, [.. Enumerable.Range(0, maps).Select(i => new FeatureMapPictures("p", i, [.. Enumerable.Repeat(one, pictures)]))]);
        Assert.InRange(Math.Max(sheet.Width, sheet.Height), 100, 4096);
    }

    [Fact]
    public void Maps_with_fewer_pictures_keep_the_size_of_the_others()
    {
        var net = new ConvNet(GraphText.Parse("p = MaxPool(x) kernel_shape=[3,3]", [-1, 3, 6, 6]));
        var (picture, unit) = (RgbImage.Filled(3, 3, s_red), new Unit(0, 0, 0));
        var one = new FeaturePicture(new TopActivation(0, unit, 1), picture, picture);
        var sheet = FigureSheet.Of(net, [new("p", 0, [one, one, one, one]), new("p", 1, [one]), new("p", 2, [])]);
        var side = (2 * 96) + 2;
        Assert.Equal((24 + (2 * ((2 * side) + 8)) + 16, 24 + 20 + side), (sheet.Width, sheet.Height));
        Assert.Equal(Rgb.White, sheet[12 + (2 * side) + 8 + 16 + 150, 12 + 20 + 150]);      // an empty cell of the second map
        Assert.Throws<ArgumentException>(() => FigureSheet.Of(net, [new("p", 2, [])]));
    }

    private static FeatureMapPictures Map(string layer, int channel, Unit unit, RgbImage seen) =>
        new(layer, channel, [new FeaturePicture(new TopActivation(0, unit, 1), seen, seen)]);
}
