using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Analysis;

/// <summary>The same part of every image, such as the right eye.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Repeats">One or more times a mask for each image; several times for parts that are drawn at random.</param>
public sealed record MaskedPart(string Name, IReadOnlyList<IReadOnlyList<PixelMask>> Repeats);

/// <summary>One row of table 1 for one layer.</summary>
/// <param name="Part">The part that was masked.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Change">How differently its features change.</param>
public sealed record PartCorrespondence(string Part, string Layer, SignChange Change);

/// <summary>Whether a network sees that the same part of different images is the same (Zeiler and Fergus 2013, section 4.3 and table 1).</summary>
public static class CorrespondenceStudy
{
    /// <summary>Masks every part of every image, and compares how the features change.</summary>
    /// <param name="net">The network.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="images">How many images.</param>
    /// <param name="fill">Writes an image's input.</param>
    /// <param name="parts">The parts, with a mask for each image.</param>
    /// <param name="cover">What shows where an image is masked, in the network's own order of axes.</param>
    /// <param name="settings">Device and threads.</param>
    /// <param name="batch">Images of one run.</param>
    /// <param name="progress">Receives how many images, masked and not, are done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>A row a part and layer, parts first.</returns>
    /// <exception cref="GraphException">A layer does not exist, or there are fewer than two images, or a part has more or fewer masks than there are
    /// images.</exception>
    public static IReadOnlyList<PartCorrespondence> Run(
        ConvNet net, IReadOnlyList<string> layers, int images, FillImage fill, IReadOnlyList<MaskedPart> parts, float[] cover, SessionSettings settings,
        int batch = 16, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(parts);
        if (images < 2) throw new GraphException($"{Counted(images)} came; two or more are needed to compare how their features change.");
        foreach (var part in parts.Where(p => p.Repeats.Count == 0 || p.Repeats.Any(r => r.Count != images)))
            throw new GraphException($"Part '{part.Name}' has not a mask for each of {images} images.");
        using var extractor = new FeatureExtractor(net, layers, switches: false, settings, batch);
        var clean = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var layer in layers) clean[layer] = new float[images * extractor.ItemShape(layer).Aggregate(1L, static (a, b) => a * b)];
        extractor.Run(images, fill, (first, count, features) =>
        {
            foreach (var layer in layers) Rows(features, layer, count, clean[layer].Length / images).CopyTo(clean[layer].AsSpan(first * (clean[layer].Length / images)));
        });
        var (results, done) = (new List<PartCorrespondence>(), images);
        progress?.Report(done);
        foreach (var part in parts)
        {
            var repeats = new List<Dictionary<string, SignChange>>();
            foreach (var masks in part.Repeats)
            {
                cancellation.ThrowIfCancellationRequested();
                repeats.Add(Compared(net, extractor, layers, images, fill, masks, cover, clean));
                progress?.Report(done += images);
            }

            results.AddRange(layers.Select(layer => new PartCorrespondence(part.Name, layer, SignChange.Of([.. repeats.Select(r => r[layer])]))));
        }

        return results;
    }

    private static Dictionary<string, SignChange> Compared(
        ConvNet net, FeatureExtractor extractor, IReadOnlyList<string> layers, int images, FillImage fill, IReadOnlyList<PixelMask> masks, float[] cover,
        Dictionary<string, float[]> clean)
    {
        var signs = layers.ToDictionary(static l => l, l => new sbyte[images][], StringComparer.Ordinal);
        void Masked(int index, Span<float> image)
        {
            fill(index, image);
            masks[index].Apply(image, cover, net.Axes);
        }

        extractor.Run(images, Masked, (first, count, features) =>
        {
            foreach (var layer in layers)
            {
                var length = clean[layer].Length / images;
                var masked = Rows(features, layer, count, length);
                for (var i = 0; i < count; i++)
                    signs[layer][first + i] = Signs(clean[layer].AsSpan((first + i) * length, length), masked.Slice(i * length, length));
            }
        });
        return signs.ToDictionary(static s => s.Key, static s => SignChange.Of(s.Value), StringComparer.Ordinal);
    }

    private static ReadOnlySpan<float> Rows(FeatureBatch features, string layer, int count, int length) => features.Floats(layer)[..(count * length)];

    private static sbyte[] Signs(ReadOnlySpan<float> clean, ReadOnlySpan<float> masked)
    {
        var signs = new sbyte[clean.Length];
        for (var k = 0; k < signs.Length; k++) signs[k] = (sbyte)clean[k].CompareTo(masked[k]);
        return signs;
    }

    private static string Counted(int images) => images == 1 ? "1 image" : $"{images} images";
}
