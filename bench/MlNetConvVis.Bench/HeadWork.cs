using MlNetConvVis.Data;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Bench;

/// <summary>Fitting a new last layer, standardisation of the features included, at a given penalty.</summary>
internal sealed class HeadWork(HeadRows rows, HeadKind kind, double l2, int threads) : IWork
{
    private readonly FeatureMatrix _features = new(rows.Trained, HeadRows.Columns, rows.TrainedLabels, HeadRows.ClassNames);
    private readonly HeadOptions _options = new() { Kind = kind, L2 = l2, Threads = threads };
    private HeadFit? _fit;

    public void Run() => _fit = HeadTrainer.Fit(_features, _options);

    /// <summary>The minimum that was found: mean loss plus penalty.</summary>
    public double Mean() => _fit!.Objective;

    public double? Accuracy()
    {
        var found = _fit!.Head.Predict(rows.Tested);
        return found.Zip(rows.TestedLabels, static (own, label) => own == label ? 1.0 : 0).Average();
    }

    public void Dispose()
    {
    }
}

/// <summary>Features as a convnet gives them: none negative, many zero, correlated, each class around a mean of its own. Written where the peer reads them.</summary>
internal sealed class HeadRows
{
    public const int Columns = 4096;
    private const int Classes = 102;
    private const int TrainedOfClass = 30;
    private const int TestedOfClass = 20;
    private const int Factors = 64;
    private const double Distance = 0.25;    // of class means, in deviations of the noise: some nine in ten unseen rows are then told apart
    private readonly SplitMix64 _random = new(17);

    /// <summary>Draws the rows and writes them.</summary>
    /// <param name="shared">The shared folder.</param>
    public HeadRows(string shared)
    {
        var factors = Normal(Factors * Columns, 0.15);
        var means = Normal(Classes * Columns, Distance);
        (Trained, TrainedLabels) = Draw(TrainedOfClass, factors, means);
        (Tested, TestedLabels) = Draw(TestedOfClass, factors, means);
        var folder = Path.Combine(shared, "heads");
        Directory.CreateDirectory(folder);
        NpyFile.Write<float>(Path.Combine(folder, "train.npy"), Trained, [TrainedLabels.Length, Columns]);
        NpyFile.Write<float>(Path.Combine(folder, "test.npy"), Tested, [TestedLabels.Length, Columns]);
        NpyFile.Write<int>(Path.Combine(folder, "train-labels.npy"), TrainedLabels, [TrainedLabels.Length]);
        NpyFile.Write<int>(Path.Combine(folder, "test-labels.npy"), TestedLabels, [TestedLabels.Length]);
    }

    public static IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, Classes).Select(static c => $"c{c}")];

    public float[] Trained { get; }

    public int[] TrainedLabels { get; }

    public float[] Tested { get; }

    public int[] TestedLabels { get; }

    private (float[] Values, int[] Labels) Draw(int ofClass, float[] factors, float[] means)
    {
        int[] labels = [.. Enumerable.Range(0, ofClass * Classes).Select(static i => i % Classes)];
        var values = Normal(labels.Length * Columns, 1);
        for (var row = 0; row < labels.Length; row++)
        {
            var own = values.AsSpan(row * Columns, Columns);
            System.Numerics.Tensors.TensorPrimitives.Add(own, means.AsSpan(labels[row] * Columns, Columns), own);
            foreach (var (i, share) in Normal(Factors, 1).Index())
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(factors.AsSpan(i * Columns, Columns), share, own, own);
            System.Numerics.Tensors.TensorPrimitives.Max(own, 0, own);
        }

        return (values, labels);
    }

    /// <summary>Draws from a normal distribution by the method of Box and Muller.</summary>
    private float[] Normal(int count, double deviation)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform()));
        return values;
    }

    private double Uniform() => (_random.Next() >> 11) * (1.0 / (1L << 53));
}
