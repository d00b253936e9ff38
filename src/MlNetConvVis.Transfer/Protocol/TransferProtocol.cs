using MlNetConvVis.Transfer.Protocol;

namespace MlNetConvVis.Transfer;

/// <summary>The paper's transfer experiment (section 5.2): retrain only the last layer (a softmax, or a linear SVM) on a few images a class,
/// test on others, several times.</summary>
/// <remarks>
/// Each fold draws anew: groups in random order go to training until every class has the largest number of images asked for; the
/// groups left over are tested on. Rows of a group are never on both sides. Smaller numbers of images are part of larger ones.
/// Draws come from SplitMix64 and depend only on the seed, the fold, labels, groups and uses: two feature matrices of the same images
/// get the same splits.
/// </remarks>
public sealed record TransferProtocol
{
    /// <summary>Gets the experiment's name; see <see cref="TransferProtocols"/>.</summary>
    /// <value>The default is "folder".</value>
    public string Name { get; init; } = "folder";

    /// <summary>Gets the numbers of training images a class, each a row of the result.</summary>
    /// <value>The default is 5, 15 and 30.</value>
    public IReadOnlyList<int> ImagesPerClass { get; init; } = [5, 15, 30];

    /// <summary>Gets how many images a class are tested at most; a class with fewer left over is tested on those.</summary>
    /// <value>The default is 50.</value>
    public int TestPerClass { get; init; } = 50;

    /// <summary>Gets how often the experiment is drawn and run.</summary>
    /// <value>The default is 5.</value>
    public int Folds { get; init; } = 5;

    /// <summary>Gets the seed of all draws.</summary>
    /// <value>The default is 1.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>Gets how each head is fitted. Its seed is replaced by one for the fold.</summary>
    public HeadOptions Head { get; init; } = new();

    /// <summary>Draws the rows of every fold.</summary>
    /// <param name="features">The labels, groups and uses to draw from; the values are not looked at.</param>
    /// <exception cref="ArgumentException">The protocol is impossible, or a class has too few images for it.</exception>
    public IReadOnlyList<FoldSplit> PlanSplits(FeatureMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        Check();
        return [.. Enumerable.Range(0, Folds).Select(fold => SplitPlanner.Plan(this, features, fold))];
    }

    /// <summary>Runs the protocol.</summary>
    /// <param name="features">The features of all images.</param>
    /// <param name="splits">The folds' rows, or null to draw them.</param>
    /// <param name="progress">Told after each fit.</param>
    /// <param name="cancel">Stops between two steps of a fit.</param>
    /// <exception cref="ArgumentException">The protocol is impossible, a class has too few images for it, or given splits do not fit.</exception>
    public TransferResult Run(
        FeatureMatrix features,
        IReadOnlyList<FoldSplit>? splits = null,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Run(features, splits ?? PlanSplits(features), Classify, progress, cancel);

        FoldPrediction Classify(int fold, IReadOnlyList<int> train, IReadOnlyList<int> test, CancellationToken stop)
        {
            var options = Head with { Seed = unchecked(Seed + (ulong)fold) };
            var fit = HeadTrainer.Fit(features, train, options, stop);
            return new FoldPrediction(fit.Head.Predict(Gathered(features, test), options.Threads), fit.L2, fit.Iterations, fit.Converged);
        }
    }

    /// <summary>Runs the protocol with another classifier than a head on features, such as a whole network trained on each fold's images.</summary>
    /// <param name="images">The labels, groups and uses of all images; the features are not looked at.</param>
    /// <param name="splits">The folds' rows; those that the protocol asks for, or the first of them.</param>
    /// <param name="classify">Trains and tests.</param>
    /// <param name="progress">Told after each fold.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="ArgumentException">The protocol is impossible, or the splits do not fit.</exception>
    public TransferResult Run(
        FeatureMatrix images,
        IReadOnlyList<FoldSplit> splits,
        FoldClassifier classify,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(classify);
        Check();
        SplitCheck.ThrowIfUnfit(this, images, splits);
        return new ProtocolRun(this, images, splits, classify, progress).Result(cancel);
    }

    private static float[] Gathered(FeatureMatrix features, IReadOnlyList<int> rows)
    {
        var gathered = new float[rows.Count * features.Columns];
        for (var i = 0; i < rows.Count; i++) features.Row(rows[i]).CopyTo(gathered.AsSpan(i * features.Columns));
        return gathered;
    }

    private void Check()
    {
        if (ImagesPerClass.Count == 0 || ImagesPerClass.Any(images => images < 1))
            throw new ArgumentException($"ImagesPerClass is [{string.Join(", ", ImagesPerClass)}]; one or more numbers from 1 are wanted.");
        if (TestPerClass < 1) throw new ArgumentException($"TestPerClass is {TestPerClass}; at least 1 is wanted.");
        if (Folds < 1) throw new ArgumentException($"Folds is {Folds}; at least 1 is wanted.");
        if (Head.L2 is null && ImagesPerClass.Min() == 1)
        {
            throw new ArgumentException(
                "With 1 training image a class no penalty can be chosen by validation. Give Head.L2, or at least 2 images a class.");
        }
        Head.Check();
    }
}
