using MlNetConvVis.Imaging;

namespace MlNetConvVis.Cli.Inputs;

/// <summary>Mean and deviation belong to pixels of 0 to 255 here; many programs state them for pixels of 0 to 1. Mixed up, a network sees nonsense.</summary>
internal static class PixelUnits
{
    /// <summary>ImageNet's mean and deviation as torchvision states them (0.485, 0.456, 0.406 and 0.229, 0.224, 0.225), times 255.</summary>
    public const string Torchvision = "--mean 123.675,116.28,103.53 --deviation 58.395,57.12,57.375";

    /// <summary>Says what looks mixed up.</summary>
    /// <param name="preprocessing">How photos become the input: (pixel - mean) * scale.</param>
    /// <returns>A sentence, or null where nothing does.</returns>
    public static string? Doubt(ImagePreprocessing preprocessing)
    {
        float[] means = [preprocessing.Mean.C0, preprocessing.Mean.C1, preprocessing.Mean.C2];
        float[] scales = [preprocessing.Scale.C0, preprocessing.Scale.C1, preprocessing.Scale.C2];
        var (isSmall, isLarge) = (means.All(static m => Math.Abs(m) < 1) && means.Any(static m => m != 0), means.Any(static m => Math.Abs(m) > 1));
        if (isSmall)
        {
            return $"The mean {Text(means)} is that of pixels from 0 to 1, but pixels go from 0 to 255 here. If it is, multiply mean and deviation by 255; " +
                $"ImageNet's are {Torchvision}.";
        }

        return isLarge && scales.All(static s => s > 1)
            ? $"The mean {Text(means)} is that of pixels from 0 to 255, but the deviation {Text([.. scales.Select(static s => 1 / s)])} " +
                $"(scale {Text(scales)}) is that of pixels from 0 to 1. If it is, multiply it by 255; ImageNet's are {Torchvision}."
            : null;
    }

    private static string Text(float[] values) => string.Join(", ", values.Select(static v => FormattableString.Invariant($"{v:0.####}")));
}
