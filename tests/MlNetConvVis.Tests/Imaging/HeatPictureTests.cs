using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public class HeatPictureTests
{
    [Fact]
    public void Colours_grow_lighter_in_even_steps()
    {
        var lightness = Enumerable.Range(0, 11).Select(static i => Lightness(HeatPicture.Colour(i / 10f))).ToArray();
        var steps = lightness.Zip(lightness.Skip(1), static (a, b) => b - a).ToArray();
        Assert.All(steps, static s => Assert.InRange(s, 0.045, 0.095));      // 0.07 each, but for what sRGB cannot show
    }

    [Fact]
    public void Zero_leaves_the_photo_in_greys_and_the_largest_is_hottest()
    {
        var photo = RgbImage.Filled(2, 1, new Rgb(200, 100, 0));
        var picture = HeatPicture.Over(photo, [0, 5]);
        Assert.Equal(new Rgb(118, 118, 118), picture[0, 0]);      // 0.299 * 200 + 0.587 * 100 = 118.5, to even
        Assert.True(picture[1, 0].R > picture[1, 0].B + 50);
        Assert.Equal(new Rgb(118, 118, 118), HeatPicture.Over(photo, [0, 0])[1, 0]);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var photo = RgbImage.Filled(2, 1, Rgb.Grey);
        Assert.Throws<ArgumentException>(() => HeatPicture.Over(photo, [1]));
        Assert.Throws<ArgumentException>(() => HeatPicture.Over(photo, [1, float.NaN]));
    }

    /// <summary>OKLab's lightness of a colour.</summary>
    private static double Lightness(Rgb colour)
    {
        double[] v = [.. new[] { colour.R, colour.G, colour.B }.Select(static c => c / 255.0)
            .Select(static c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        var l = Math.Cbrt((0.4122214708 * v[0]) + (0.5363325363 * v[1]) + (0.0514459929 * v[2]));
        var m = Math.Cbrt((0.2119034982 * v[0]) + (0.6806995451 * v[1]) + (0.1073969566 * v[2]));
        var s = Math.Cbrt((0.0883024619 * v[0]) + (0.2817188376 * v[1]) + (0.6299787005 * v[2]));
        return (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s);
    }
}
