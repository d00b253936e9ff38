namespace MlNetConvVis.Imaging;

/// <summary>The grey of a colour: the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, with Pillow's weights in 65,536ths, which sum to one exactly, so that
/// a grey pixel keeps its value. Pillow's convert("L") rounds it to whole numbers; this does not.</summary>
public static class GreyLevel
{
    private const float Red = 19595 / 65536f;
    private const float Green = 38470 / 65536f;
    private const float Blue = 7471 / 65536f;

    /// <summary>Gets the grey of a colour.</summary>
    /// <param name="red">Red, on any scale.</param>
    /// <param name="green">Green, on the same.</param>
    /// <param name="blue">Blue, on the same.</param>
    /// <returns>The grey, on the same.</returns>
    public static float Of(float red, float green, float blue) => (Red * red) + (Green * green) + (Blue * blue);
}
