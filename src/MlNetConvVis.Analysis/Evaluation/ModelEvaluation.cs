using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Analysis;

/// <summary>Measures how often networks recognise labelled images: each by itself, and all together by the mean of their probabilities, as in the paper's
/// table 2.</summary>
public static class ModelEvaluation
{
    /// <summary>Evaluates networks.</summary>
    /// <param name="nets">One or more networks with preprocessing and class names; the same classes, in any order.</param>
    /// <param name="photos">Images with labels; their classes are found by name.</param>
    /// <param name="options">Device, threads, batch; null for the defaults.</param>
    /// <param name="progress">Hears after each batch how many images are done, counted over all networks; null for none.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="DataException">Classes of images and networks do not match, or no image can be read.</exception>
    /// <exception cref="Graph.GraphException">A network has no scores, or does not say how photos become its input.</exception>
    public static EvaluationResult Run(
        IReadOnlyList<ConvNet> nets, ImageSet photos, EvaluationOptions? options = null, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(nets);
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentOutOfRangeException.ThrowIfZero(nets.Count, nameof(nets));
        var classes = ClassMatch.Shared(nets);
        var places = ClassMatch.Labels(photos, classes);
        int[] labels = [.. photos.Images.Select(i => places[i.Label])];
        var sums = new float[photos.Images.Count][];
        var read = new int[photos.Images.Count];
        var broken = new SortedDictionary<int, BrokenImage>();
        var models = new List<EvaluationScore>();
        foreach (var (index, net) in nets.Index())
        {
            var tally = new EvaluationTally(classes.Count);
            void Add(int image, float[] row)
            {
                tally.Add(row, labels[image]);
                var sum = sums[image] ??= new float[classes.Count];
                for (var c = 0; c < row.Length; c++) sum[c] += row[c] / nets.Count;
                read[image]++;
            }

            void Done(int images) => progress?.Report((index * photos.Images.Count) + images);
            Each(net, photos, classes, options ?? new EvaluationOptions(), broken, Done, Add, cancellation);
            if (tally.Count == 0) throw new DataException($"None of the {photos.Images.Count} images can be read. {broken.Values.First().Message}");
            models.Add(tally.Score);
        }

        // an image that one network could not be given counts for none
        int[] counted = [.. Enumerable.Range(0, read.Length).Where(i => read[i] == nets.Count)];
        return Summary(classes, counted, sums, labels, models, [.. broken.Values]);
    }

    private static void Each(
        ConvNet net, ImageSet photos, IReadOnlyList<string> classes, EvaluationOptions options, SortedDictionary<int, BrokenImage> broken,
        Action<int> done, Action<int, float[]> take, CancellationToken cancellation)
    {
        using var probabilities = new ClassProbabilities(net, classes, options);
        var batches = options.UsesTenCrops ? TenCropBatches.Read(photos.Sources(), net.RequirePreprocessing(), options, cancellation)
            : new PhotoBatches(photos.Sources(), net.RequirePreprocessing(), options.Loading, options.Batch).Read(cancellation);
        var crops = options.UsesTenCrops ? TenCrops.Count : 1;
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = probabilities.Run(batch.Images, batch.Files.Count * crops);
            var means = crops == 1 ? rows : TenCrops.Average(rows, classes.Count);
            foreach (var (i, place) in batch.Files.Loaded.Index()) take(batch.First + place, means.AsSpan(i * classes.Count, classes.Count).ToArray());
            foreach (var file in batch.Files.Broken) broken.TryAdd(batch.First + file.Index, file);
            done(Math.Min(batch.First + options.Batch, photos.Images.Count));
        }
    }

    private static EvaluationResult Summary(
        IReadOnlyList<string> classes, int[] counted, float[][] sums, int[] labels, List<EvaluationScore> models, BrokenImage[] broken)
    {
        var all = new EvaluationTally(classes.Count);
        EvaluationTally[] each = [.. classes.Select(_ => new EvaluationTally(classes.Count))];
        int[][] confusion = [.. classes.Select(_ => new int[classes.Count])];
        foreach (var image in counted)
        {
            all.Add(sums[image], labels[image]);
            each[labels[image]].Add(sums[image], labels[image]);
            confusion[labels[image]][Strongest(sums[image])]++;
        }

        return new EvaluationResult
        {
            Images = all.Count, Score = all.Score, Models = models, ClassNames = classes, Confusion = confusion, Broken = broken,
            Classes = [.. Enumerable.Range(0, classes.Count).Where(c => each[c].Count > 0).Select(c => Class(c, classes, each[c], confusion[c]))],
        };
    }

    private static ClassScore Class(int label, IReadOnlyList<string> classes, EvaluationTally tally, int[] taken)
    {
        var others = taken.Index().Where(t => t.Index != label && t.Item > 0).ToArray();
        var most = others.Length == 0 ? default : others.MaxBy(static t => t.Item);
        return new ClassScore(classes[label], tally.Count, tally.Score, others.Length == 0 ? null : classes[most.Index], most.Item);
    }

    private static int Strongest(float[] values) => Array.IndexOf(values, values.Max()) is >= 0 and var place ? place : 0;
}
