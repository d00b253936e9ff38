using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>Measures a network on pictures as they are, with running statistics and without dropout.</summary>
internal static class Validation
{
    private const int BatchSize = 64;

    private const int Top = 5;

    /// <summary>Gives mean cross-entropy in nats, the part whose class is the strongest, and the part whose class is among the five strongest (null for five
    /// classes or fewer).</summary>
    public static (double Loss, double Accuracy, double? Top5) Measure(
        OnnxGraph network, string logits, TrainingSet set, IReadOnlyList<int> places, SessionSettings settings, CancellationToken cancellation)
    {
        var shape = ShapeInference.Infer(network)[logits];
        var graph = network.With(outputs: [new ValueInfo(logits, ElementType.Float, shape)]).WithoutUnused();
        using var session = new GraphSession(graph, settings);
        using var run = session.Bind(BatchSize);
        var (loss, right, near, classes, length) = (0.0, 0, 0, set.Classes.Count, set.Preprocessing.TensorLength);
        for (var done = 0; done < places.Count; done += run.Capacity)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(run.Capacity, places.Count - done);
            var pictures = set.Pixels.Read([.. places.Skip(done).Take(count)]);
            for (var i = 0; i < count; i++)
                set.Preprocessing.Normalize(pictures[i], run.Floats(graph.Inputs[0].Name).Slice(i * length, length));
            run.Run(count);
            var values = run.Floats(logits);
            for (var i = 0; i < count; i++)
            {
                var label = set.Labels[places[done + i]];
                var row = values.Slice(i * classes, classes);
                loss += CrossEntropy(row, label);
                var rank = ClassRank.Of(row, label);
                if (rank == 0) right++;
                if (rank < Top) near++;
            }
        }

        return (loss / places.Count, (double)right / places.Count, classes > Top ? (double)near / places.Count : null);
    }

    /// <summary>log(sum of exp(z)) - z[label], the largest taken out first so that nothing overflows.</summary>
    private static double CrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        double largest = double.NegativeInfinity;
        foreach (var z in logits) largest = Math.Max(largest, z);
        var sum = 0.0;
        foreach (var z in logits) sum += Math.Exp(z - largest);
        return Math.Log(sum) + largest - logits[label];
    }
}
