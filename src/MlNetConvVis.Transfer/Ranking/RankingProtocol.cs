namespace MlNetConvVis.Transfer;

/// <summary>An image for a <see cref="RankingProtocol"/>: its features and what it shows.</summary>
/// <param name="Features">The features.</param>
/// <param name="Labels">The classes it shows, as indices; several are allowed.</param>
/// <param name="Doubtful">Classes of which nobody can tell ('difficult' in PASCAL VOC): the image counts neither for nor against them.</param>
/// <param name="IsTest">Whether it is tested, not trained on.</param>
public sealed record RankedImage(ReadOnlyMemory<float> Features, IReadOnlyList<int> Labels, IReadOnlyList<int> Doubtful, bool IsTest);

/// <summary>PASCAL VOC's experiment as the paper runs it (section 5.3): one softmax over all classes, though images may show several, and the average precision
/// of each class over the test images.</summary>
/// <remarks>An image of several classes is trained on once for each; all its copies stay on one side when the penalty is chosen. Images are ranked by
/// probability.</remarks>
public sealed record RankingProtocol
{
    /// <summary>Gets how the softmax is fitted.</summary>
    public HeadOptions Head { get; init; } = new();

    /// <summary>Trains on the training images and ranks the others.</summary>
    /// <param name="images">All images.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="cancel">Stops the fit between two steps.</param>
    /// <returns>Average precisions, and the head.</returns>
    /// <exception cref="ArgumentException">A class has no image to train on, or none to test.</exception>
    public (RankingResult Result, LinearHead Head) Run(
        IReadOnlyList<RankedImage> images, IReadOnlyList<string> classNames, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(classNames);
        var (train, test) = (images.Where(static i => !i.IsTest).ToArray(), images.Where(static i => i.IsTest).ToArray());
        var rows = train.SelectMany(static (image, number) => image.Labels.Select(label => (image.Features, label, number))).ToArray();
        if (rows.Length == 0 || test.Length == 0)
            throw new ArgumentException($"{rows.Length} labelled images came to train on and {test.Length} to test; some of both are wanted.", nameof(images));
        var matrix = new FeatureMatrix(
            [.. rows.Select(static r => r.Features)], rows[0].Features.Length, [.. rows.Select(static r => r.label)], classNames,
            [.. rows.Select(static r => r.number.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        var fit = HeadTrainer.Fit(matrix, Head, cancel);
        var likely = fit.Head.Kind == HeadKind.Softmax ? Probabilities(fit.Head, test) : Scores(fit.Head, test);
        var classes = classNames.Select((name, c) => Rank(name, c, test, likely, classNames.Count)).ToArray();
        return (new RankingResult
        {
            Protocol = this,
            Classes = classes,
            Trained = train.Length,
            Tested = test.Length,
            Features = matrix.Columns,
            L2 = fit.L2,
            MeanAveragePrecision = classes.Average(static c => c.AveragePrecision),
            MeanElevenPoint = classes.Average(static c => c.ElevenPoint),
        }, fit.Head);
    }

    private static RankedClass Rank(string name, int c, RankedImage[] test, float[] scores, int classes)
    {
        var asked = Enumerable.Range(0, test.Length).Where(i => !test[i].Doubtful.Contains(c) || test[i].Labels.Contains(c)).ToArray();
        var (own, relevant) = (Array.ConvertAll(asked, i => scores[(i * classes) + c]), Array.ConvertAll(asked, i => test[i].Labels.Contains(c)));
        if (!relevant.Contains(true)) throw new ArgumentException($"Class '{name}' has no image to test. Add images, or leave the class out.", nameof(test));
        return new RankedClass(name, relevant.Count(static r => r), AveragePrecision.AllPoint(own, relevant), AveragePrecision.ElevenPoint(own, relevant));
    }

    private float[] Scores(LinearHead head, RankedImage[] test)
    {
        var features = new float[test.Length * head.Columns];
        for (var i = 0; i < test.Length; i++) test[i].Features.CopyTo(features.AsMemory(i * head.Columns));
        return head.Scores(features, Head.Threads);
    }

    private float[] Probabilities(LinearHead head, RankedImage[] test)
    {
        var (scores, classes) = (Scores(head, test), head.ClassNames.Count);
        for (var at = 0; at < scores.Length; at += classes)
        {
            var row = scores.AsSpan(at, classes);
            var (max, sum) = (float.NegativeInfinity, 0f);
            foreach (var score in row) max = Math.Max(max, score);
            foreach (ref var score in row) sum += score = MathF.Exp(score - max);
            foreach (ref var score in row) score /= sum;
        }

        return scores;
    }
}

/// <summary>What a <see cref="RankingProtocol"/> found. Plain data: System.Text.Json writes and reads it.</summary>
public sealed record RankingResult
{
    /// <summary>Gets the protocol that was run.</summary>
    public required RankingProtocol Protocol { get; init; }

    /// <summary>Gets each class's average precision.</summary>
    public required IReadOnlyList<RankedClass> Classes { get; init; }

    /// <summary>Gets how many images were trained on.</summary>
    public required int Trained { get; init; }

    /// <summary>Gets how many images were tested.</summary>
    public required int Tested { get; init; }

    /// <summary>Gets the features of an image.</summary>
    public required int Features { get; init; }

    /// <summary>Gets the penalty used, chosen on training images alone.</summary>
    public required double L2 { get; init; }

    /// <summary>Gets the mean over classes of <see cref="RankedClass.AveragePrecision"/>.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>Gets the mean over classes of <see cref="RankedClass.ElevenPoint"/>.</summary>
    public required double MeanElevenPoint { get; init; }
}

/// <summary>How well a class's test images were put first.</summary>
/// <param name="Name">The class.</param>
/// <param name="Positives">Test images that show it.</param>
/// <param name="AveragePrecision">The whole area (VOC 2010 to 2012), 0 to 1.</param>
/// <param name="ElevenPoint">The mean at eleven recalls (VOC 2007), 0 to 1.</param>
public sealed record RankedClass(string Name, int Positives, double AveragePrecision, double ElevenPoint);
