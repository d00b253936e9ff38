using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>Measures a network on pictures as they are, with running statistics and without dropout.</summary>
internal static class Validation
{
    private const int BatchSize = 64;

    /// <summary>Gives mean cross-entropy in nats and accuracy, 0 to 1.</summary>
    public static (double Loss, double Accuracy) Measure(
        OnnxGraph network, string logits, TrainingSet set, IReadOnlyList<int> places, SessionSettings settings, CancellationToken cancellation)
    {
        var shape = ShapeInference.Infer(network)[logits];
        var graph = network.With(outputs: [new ValueInfo(logits, ElementType.Float, shape)]).WithoutUnused();
        using var session = new GraphSession(graph, settings);
        using var run = session.Bind(BatchSize);
        var (loss, right, classes, length) = (0.0, 0, set.Classes.Count, set.Preprocessing.TensorLength);
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
                if (Strongest(row) == label) right++;
            }
        }

        return (loss / places.Count, (double)right / places.Count);
    }

    /// <summary>log(sum of exp(z)) - z[label], the largest taken out first so that nothing overflows.</summary>
    private static double CrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        double largest = logits[Strongest(logits)];
        var sum = 0.0;
        foreach (var z in logits) sum += Math.Exp(z - largest);
        return Math.Log(sum) + largest - logits[label];
    }

    /// <summary>Gives the place of the largest value, the first of equals.</summary>
    private static int Strongest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }

        return best;
    }
}
