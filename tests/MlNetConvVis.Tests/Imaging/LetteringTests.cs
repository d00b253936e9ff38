using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Imaging;

public class LetteringTests
{
    private static readonly Rgb s_ink = new(0, 0, 0);

    [Fact]
    public void A_letter_is_drawn_dot_by_dot() => Assert.Equal(
        """
        .###.
        #...#
        #...#
        #####
        #...#
        #...#
        #...#
        .....
        """.ReplaceLineEndings("\n"), Dots(Lettering.Write("A", s_ink, Rgb.White)));

    [Fact]
    public void Letters_stand_side_by_side_and_grow_by_whole_dots()
    {
        var text = Lettering.Write("map 17", s_ink, Rgb.White, factor: 2);
        Assert.Equal((70, 16), (text.Width, text.Height));
        Assert.Equal(Dots(Lettering.Write("?", s_ink, Rgb.White)), Dots(Lettering.Write("é", s_ink, Rgb.White)));
    }

    [Fact]
    public void All_letters_differ()
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:-_/%()=+#?";
        Assert.Equal(Letters.Length, Letters.Select(static c => Dots(Lettering.Write(c.ToString(), s_ink, Rgb.White))).Distinct().Count());
    }

    [Fact]
    public void A_label_stands_above_and_is_cut_at_the_edge()
    {
        var labelled = RgbImage.Filled(7, 3, Rgb.Grey).Labelled("III", s_ink, Rgb.White);
        Assert.Equal((7, 13), (labelled.Width, labelled.Height));
        Assert.Equal([s_ink, Rgb.White, Rgb.Grey], [labelled[2, 0], labelled[2, 9], labelled[6, 12]]);
    }

    private static string Dots(RgbImage image) => string.Join('\n', Enumerable.Range(0, image.Height).Select(y =>
        string.Concat(Enumerable.Range(0, image.Width).Select(x => image[x, y] == s_ink ? '#' : '.'))));
}
