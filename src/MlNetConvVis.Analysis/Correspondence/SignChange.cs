namespace MlNetConvVis.Analysis;

/// <summary>
/// How differently features change when the same part of several images is masked (Zeiler and Fergus 2013, section 4.3): with eps_i = x_i - x'_i, the features of
/// image i before and behind masking, Delta = sum over i != j of H(sign(eps_i), sign(eps_j)), H counting the places where the signs differ. A sign is -1, 0 or 1.
/// </summary>
public sealed record SignChange
{
    /// <summary>Compares the changes of some images.</summary>
    /// <param name="signs">For each image the signs of its features' differences, all of one length.</param>
    /// <returns>The comparison of all pairs.</returns>
    /// <exception cref="ArgumentException">There are fewer than two images, or they have different numbers of features.</exception>
    public static SignChange Of(IReadOnlyList<sbyte[]> signs)
    {
        ArgumentNullException.ThrowIfNull(signs);
        if (signs.Count < 2 || signs.Any(s => s.Length != signs[0].Length || s.Length == 0))
            throw new ArgumentException($"{signs.Count} images came; two or more with equally many features were wanted.", nameof(signs));
        var pairs = new List<double>();
        for (var i = 0; i < signs.Count; i++)
        {
            for (var j = i + 1; j < signs.Count; j++) pairs.Add(Differing(signs[i], signs[j]) / (double)signs[0].Length);
        }

        return new SignChange { Features = signs[0].Length, Images = signs.Count, Pairs = pairs, Unchanged = Zeros(signs) };
    }

    /// <summary>Puts repeats of one experiment together, such as several random masks.</summary>
    /// <param name="repeats">The repeats, of the same images and layer.</param>
    /// <returns>All their pairs.</returns>
    public static SignChange Of(IReadOnlyList<SignChange> repeats)
    {
        ArgumentNullException.ThrowIfNull(repeats);
        return repeats[0] with
        {
            Pairs = [.. repeats.SelectMany(static r => r.Pairs)],
            Unchanged = repeats.Average(static r => r.Unchanged),
            Repeats = repeats.Sum(static r => r.Repeats),
        };
    }

    /// <summary>Gets how many features an image has in the layer.</summary>
    public required int Features { get; init; }

    /// <summary>Gets how many images were compared.</summary>
    public required int Images { get; init; }

    /// <summary>Gets how often the masks were drawn.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Gets, for each unordered pair of images (i below j, repeat by repeat), the share of features whose signs differ.</summary>
    public required IReadOnlyList<double> Pairs { get; init; }

    /// <summary>Gets the share of features that masking left as they were, in the mean over the images: sign 0.</summary>
    public required double Unchanged { get; init; }

    /// <summary>Gets the mean share of features whose signs differ: what table 1 of the paper lists. Lower is a tighter correspondence.</summary>
    public double Mean => Pairs.Average();

    /// <summary>Gets the sample standard deviation over the pairs, all repeats together; 0 for a single pair.</summary>
    public double Deviation => Pairs.Count < 2 ? 0 : Math.Sqrt(Pairs.Sum(p => (p - Mean) * (p - Mean)) / (Pairs.Count - 1));

    /// <summary>Gets Delta as the paper writes it: the sum over ordered pairs, in the mean over repeats.</summary>
    public double Delta => 2 * Pairs.Sum() * Features / Repeats;

    private static int Differing(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        var count = 0;
        for (var k = 0; k < a.Length; k++) count += a[k] != b[k] ? 1 : 0;
        return count;
    }

    private static double Zeros(IReadOnlyList<sbyte[]> signs) => signs.Average(static s => s.Count(static v => v == 0) / (double)s.Length);
}
