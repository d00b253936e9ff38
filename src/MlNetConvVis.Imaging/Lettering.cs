namespace MlNetConvVis.Imaging;

/// <summary>Writes small labels into pictures, the same ones on every machine: letters of 5x8 pixels of our own.</summary>
public static class Lettering
{
    private const int GlyphWidth = 5;
    private const int GlyphHeight = 8;
    private const int Step = GlyphWidth + 1;

    // eight rows a letter, two hexadecimal digits a row, the leftmost pixel in bit 4; the last row is below the line
    private static readonly Dictionary<char, string> s_glyphs = new()
    {
        [' '] = "0000000000000000", ['.'] = "00000000000C0C00", [','] = "00000000000C0408", [':'] = "000C0C000C0C0000", ['-'] = "0000001F00000000",
        ['_'] = "000000000000001F", ['/'] = "0101020408101000", ['%'] = "1819020408130300", ['('] = "0204080808040200", [')'] = "0804020202040800",
        ['='] = "00001F001F000000", ['+'] = "0004041F04040000", ['#'] = "0A0A1F0A1F0A0A00", ['?'] = "0E11010204000400",
        ['0'] = "0E11131519110E00", ['1'] = "040C040404040E00", ['2'] = "0E11010204081F00", ['3'] = "1F02040201110E00", ['4'] = "02060A121F020200",
        ['5'] = "1F101E0101110E00", ['6'] = "0608101E11110E00", ['7'] = "1F01020408080800", ['8'] = "0E11110E11110E00", ['9'] = "0E11110F01020C00",
        ['A'] = "0E11111F11111100", ['B'] = "1E11111E11111E00", ['C'] = "0E11101010110E00", ['D'] = "1E11111111111E00", ['E'] = "1F10101E10101F00",
        ['F'] = "1F10101E10101000", ['G'] = "0E11101711110F00", ['H'] = "1111111F11111100", ['I'] = "0E04040404040E00", ['J'] = "0702020202120C00",
        ['K'] = "1112141814121100", ['L'] = "1010101010101F00", ['M'] = "111B151511111100", ['N'] = "1119151311111100", ['O'] = "0E11111111110E00",
        ['P'] = "1E11111E10101000", ['Q'] = "0E11111115120D00", ['R'] = "1E11111E14121100", ['S'] = "0F10100E01011E00", ['T'] = "1F04040404040400",
        ['U'] = "1111111111110E00", ['V'] = "11111111110A0400", ['W'] = "1111111515150A00", ['X'] = "11110A040A111100", ['Y'] = "11110A0404040400",
        ['Z'] = "1F01020408101F00",
        ['a'] = "00000E010F110F00", ['b'] = "10101E1111111E00", ['c'] = "00000F1010100F00", ['d'] = "01010F1111110F00", ['e'] = "00000E111F100E00",
        ['f'] = "0609081C08080800", ['g'] = "00000F11110F011E", ['h'] = "1010161911111100", ['i'] = "04000C0404040E00", ['j'] = "020006020202120C",
        ['k'] = "1010121418141200", ['l'] = "0C04040404040E00", ['m'] = "00001A1515151500", ['n'] = "0000161911111100", ['o'] = "00000E1111110E00",
        ['p'] = "00001E11111E1010", ['q'] = "00000F11110F0101", ['r'] = "0000161910101000", ['s'] = "00000F100E011E00", ['t'] = "08081C0808090600",
        ['u'] = "0000111111130D00", ['v'] = "00001111110A0400", ['w'] = "0000111115150A00", ['x'] = "0000110A040A1100", ['y'] = "00001111110F010E",
        ['z'] = "00001F0204081F00",
    };

    /// <summary>Writes a text as a picture of its own.</summary>
    /// <param name="text">The text; what is no letter of the Latin alphabet, digit or common sign becomes a question mark.</param>
    /// <param name="ink">The letters' colour.</param>
    /// <param name="paper">The colour behind them.</param>
    /// <param name="factor">How many pixels wide and high each dot is, at least 1.</param>
    /// <returns>A picture 6 dots a letter wide and 8 dots high.</returns>
    public static RgbImage Write(string text, Rgb ink, Rgb paper, int factor = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var width = (text.Length * Step) - 1;
        var pixels = RgbImage.Filled(width, GlyphHeight, paper).Pixels.ToArray();
        foreach (var (place, letter) in text.Index())
        {
            var rows = Convert.FromHexString(s_glyphs.GetValueOrDefault(letter) ?? s_glyphs['?']);
            for (var y = 0; y < GlyphHeight; y++)
            {
                for (var x = 0; x < GlyphWidth; x++)
                {
                    if ((rows[y] >> (GlyphWidth - 1 - x) & 1) == 0) continue;
                    var at = 3 * ((y * width) + (place * Step) + x);
                    (pixels[at], pixels[at + 1], pixels[at + 2]) = (ink.R, ink.G, ink.B);
                }
            }
        }

        return new RgbImage(width, GlyphHeight, pixels).Enlarge(factor);
    }

    /// <summary>Puts a label above a picture, cut off where it is wider.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="text">The label.</param>
    /// <param name="ink">The letters' colour.</param>
    /// <param name="paper">The colour behind them.</param>
    /// <param name="factor">How many pixels wide and high each dot is, at least 1.</param>
    /// <returns>A picture as wide, and higher by the label.</returns>
    public static RgbImage Labelled(this RgbImage image, string text, Rgb ink, Rgb paper, int factor = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        var label = Write(text, ink, paper, factor);
        var above = label.Height + (2 * factor);
        var pixels = RgbImage.Filled(image.Width, image.Height + above, paper).Pixels.ToArray();
        for (var y = 0; y < label.Height; y++)
            label.Pixels.Slice(3 * y * label.Width, 3 * Math.Min(label.Width, image.Width)).CopyTo(pixels.AsSpan(3 * y * image.Width));
        image.Pixels.CopyTo(pixels.AsSpan(3 * above * image.Width));
        return new RgbImage(image.Width, image.Height + above, pixels);
    }
}
