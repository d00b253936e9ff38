using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Transfer.Numerics;

namespace MlNetConvVis.Transfer;

/// <summary>Finds photos that are in the source and in the target data set, as the paper does (section 5.2), by normalised correlation of small copies: the
/// inner product of two pictures from which each colour's mean was taken and whose length was made 1.</summary>
public sealed record OverlapCheck
{
    /// <summary>Gets the side of the small copies, in pixels.</summary>
    /// <value>The default is 32.</value>
    public int Side { get; init; } = 32;

    /// <summary>Gets the correlation from which on two photos count as the same. Scaled and recompressed copies lie above 0.98; different photos of one thing
    /// rarely reach 0.9.</summary>
    /// <value>The default is 0.95.</value>
    public double Threshold { get; init; } = 0.95;

    /// <summary>Gets the number of threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Compares all photos of one set with all of another.</summary>
    /// <param name="source">What the network was trained on.</param>
    /// <param name="target">What is transferred to.</param>
    /// <param name="progress">Told how many of the source's photos have been compared.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>For each target photo that is in the source, its best match. Photos of one colour have no correlation and are left out, as are broken
    /// ones.</returns>
    public OverlapResult Find(
        IReadOnlyList<ImageSource> source, IReadOnlyList<ImageSource> target, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var copies = SmallCopies(target, cancellation).ToArray();
        var (places, values) = (copies.SelectMany(static c => c.Places).ToArray(), Joined(copies));
        var best = Enumerable.Repeat((Source: -1, Correlation: float.NegativeInfinity), places.Length).ToArray();
        var (length, compared) = (3 * Side * Side, 0);
        foreach (var block in SmallCopies(source, cancellation))
        {
            compared += block.Places.Length;
            if (block.Places.Length > 0 && places.Length > 0)
                Compare(block, MatrixView.RowMajor(values, places.Length, length), best);
            progress?.Report(Math.Min(source.Count, block.First + BlockSize));
        }

        return new OverlapResult
        {
            Threshold = Threshold,
            Compared = compared,
            Targets = places.Length,
            Pairs = [.. best.Select((b, i) => new OverlapPair(places[i], b.Source, Math.Min(1, b.Correlation))).Where(p => p.Correlation >= Threshold)],
        };
    }

    private const int BlockSize = 512;

    private sealed record Block(int First, int[] Places, float[] Values);

    private void Compare(Block block, MatrixView target, (int Source, float Correlation)[] best)
    {
        var source = MatrixView.RowMajor(block.Values, block.Places.Length, target.Columns);
        var stride = MatrixProduct.Padded(block.Places.Length);
        var products = new float[target.Rows * stride];
        MatrixProduct.Multiply(target, source.Transposed, products, Threads);
        for (var row = 0; row < target.Rows; row++)
        {
            for (var column = 0; column < block.Places.Length; column++)
            {
                if (products[(row * stride) + column] > best[row].Correlation) best[row] = (block.Places[column], products[(row * stride) + column]);
            }
        }
    }

    private IEnumerable<Block> SmallCopies(IReadOnlyList<ImageSource> photos, CancellationToken cancellation)
    {
        var preprocessing = new ImagePreprocessing { Width = Side, Height = Side, Resize = ResizeMode.Warp, WarpWidth = Side, WarpHeight = Side };
        foreach (var batch in new PhotoBatches(photos, preprocessing, new ImageLoaderOptions { Threads = Threads }, BlockSize).Read(cancellation))
        {
            var length = preprocessing.TensorLength;
            var (places, values) = (new List<int>(), new List<float>());
            for (var i = 0; i < batch.Files.Count; i++)
            {
                var copy = batch.Images.Slice(i * length, length).ToArray();
                if (!Normalise(copy)) continue;
                places.Add(batch.First + batch.Files.Loaded[i]);
                values.AddRange(copy);
            }

            yield return new Block(batch.First, [.. places], [.. values]);
        }
    }

    /// <summary>Takes each colour's mean off and makes the whole length 1; false for a picture of one colour.</summary>
    private static bool Normalise(float[] values)
    {
        var (plane, square) = (values.Length / 3, 0.0);
        for (var first = 0; first < values.Length; first += plane)
        {
            var own = values.AsSpan(first, plane);
            var mean = 0.0;
            foreach (var value in own) mean += value / plane;
            foreach (ref var value in own) value -= (float)mean;
            foreach (var value in own) square += value * value;
        }

        if (square < 1e-3 * values.Length) return false;
        var factor = (float)(1 / Math.Sqrt(square));
        for (var i = 0; i < values.Length; i++) values[i] *= factor;
        return true;
    }

    private static float[] Joined(Block[] blocks)
    {
        var all = new float[blocks.Sum(static b => b.Values.Length)];
        var at = 0;
        foreach (var block in blocks)
        {
            block.Values.CopyTo(all, at);
            at += block.Values.Length;
        }

        return all;
    }
}

/// <summary>What an <see cref="OverlapCheck"/> found.</summary>
public sealed record OverlapResult
{
    /// <summary>Gets the correlation from which on photos count as the same.</summary>
    public required double Threshold { get; init; }

    /// <summary>Gets how many photos of the source were compared.</summary>
    public required int Compared { get; init; }

    /// <summary>Gets how many photos of the target they were compared with.</summary>
    public required int Targets { get; init; }

    /// <summary>Gets the target's photos that are in the source, in the target's order.</summary>
    public required IReadOnlyList<OverlapPair> Pairs { get; init; }
}

/// <summary>A photo of the target that is in the source.</summary>
/// <param name="Target">Its place in the target.</param>
/// <param name="Source">The place of the source photo most like it.</param>
/// <param name="Correlation">Their normalised correlation, -1 to 1.</param>
public sealed record OverlapPair(int Target, int Source, double Correlation);
