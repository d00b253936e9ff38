using System.Globalization;

namespace MlNetConvVis.Cli.Output;

/// <summary>Writes numbers of things: 1 image, 2 images.</summary>
internal static class Counted
{
    /// <param name="count">How many.</param>
    /// <param name="thing">What one is called; several end in s.</param>
    public static string Of(int count, string thing) => string.Create(CultureInfo.InvariantCulture, $"{count} {Named(count, thing)}");

    /// <summary>Says that images were left out.</summary>
    public static string Skipped(int images) => $"{Of(images, "image")} could not be read and {(images == 1 ? "was" : "were")} skipped.";

    public static string Named(int count, string thing) => count == 1 ? thing : thing + "s";
}
