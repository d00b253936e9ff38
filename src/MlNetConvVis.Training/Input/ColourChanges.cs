using MlNetConvVis.Data;

namespace MlNetConvVis.Training;

/// <summary>
/// torchvision's adjust_brightness, adjust_contrast and adjust_saturation for pictures of floats from 0 to 255 (for tensors, v0.14): all are
/// <c>factor * picture + (1 - factor) * other</c>, kept within 0 to 255, where the other is black, the mean grey, or the grey picture; grey is
/// 0.2989 R + 0.587 G + 0.114 B.
/// </summary>
internal static class ColourChanges
{
    /// <summary>Draws order and factors, and makes the changes.</summary>
    /// <param name="jitter">The amounts.</param>
    /// <param name="planes">Red plane, green plane, blue plane, 0 to 255.</param>
    /// <param name="random">Six numbers are drawn, whatever the amounts, and more only where a draw is repeated for evenness.</param>
    public static void Jitter(ColourJitter jitter, Span<float> planes, SplitMix64 random)
    {
        Span<int> order = [0, 1, 2];
        random.Shuffle(order);
        Span<float> factors = [Factor(jitter.Brightness, random), Factor(jitter.Contrast, random), Factor(jitter.Saturation, random)];
        foreach (var change in order)
        {
            if (change == 0 && jitter.Brightness > 0) Brightness(planes, factors[0]);
            if (change == 1 && jitter.Contrast > 0) Contrast(planes, factors[1]);
            if (change == 2 && jitter.Saturation > 0) Saturation(planes, factors[2]);
        }
    }

    public static void Brightness(Span<float> planes, float factor)
    {
        foreach (ref var value in planes) value = Math.Clamp(factor * value, 0, 255);
    }

    public static void Contrast(Span<float> planes, float factor)
    {
        var plane = planes.Length / 3;
        var sum = 0.0;
        for (var i = 0; i < plane; i++) sum += Grey(planes[i], planes[i + plane], planes[i + plane + plane]);
        var rest = (1 - factor) * (float)(sum / plane);
        foreach (ref var value in planes) value = Math.Clamp((factor * value) + rest, 0, 255);
    }

    public static void Saturation(Span<float> planes, float factor)
    {
        var plane = planes.Length / 3;
        for (var i = 0; i < plane; i++)
        {
            var rest = (1 - factor) * Grey(planes[i], planes[i + plane], planes[i + plane + plane]);
            for (var at = i; at < planes.Length; at += plane) planes[at] = Math.Clamp((factor * planes[at]) + rest, 0, 255);
        }
    }

    private static float Factor(float amount, SplitMix64 random)
    {
        var least = Math.Max(0, 1 - amount);
        return least + (random.Unit() * (1 + amount - least));
    }

    private static float Grey(float red, float green, float blue) => (0.2989f * red) + (0.587f * green) + (0.114f * blue);
}
