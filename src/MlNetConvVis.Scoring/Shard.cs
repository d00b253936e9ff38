using System.Globalization;

namespace MlNetConvVis.Scoring;

/// <summary>One of several equal parts of a list of images, to be scored on a machine of its own.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct Shard(int Number, int Count)
{
    /// <summary>Gets the shard that is everything.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Gets whether there are several.</summary>
    public bool IsPart => Count > 1;

    /// <summary>Reads "2/4".</summary>
    /// <param name="text">Number and count, from 1/1.</param>
    /// <returns>The shard; null where the text says none.</returns>
    public static Shard? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('/') is [var number, var count] && IsWhole(number, out var n) && IsWhole(count, out var of) && n >= 1 && n <= of
            ? new Shard(n, of) : null;
    }

    /// <summary>Gets the images of this shard: a stretch of the list, so that archives are read from front to back, and equal to within one image.</summary>
    /// <param name="images">How many the list has.</param>
    /// <returns>The first image floor(images * (number - 1) / count), and how many follow from it on.</returns>
    public (int First, int Count) Of(int images)
    {
        var first = (int)((long)images * (Number - 1) / Count);
        return (first, (int)((long)images * Number / Count) - first);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    private static bool IsWhole(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
