using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>
/// Fifty steps on a fixed order of batches, and what PyTorch comes to with them (Reference/fifty_steps.py): overlapping pools padded at their end,
/// contrast and batch normalisation, momentum, weight decay, filter RMS limit, smoothed labels. Weights and pictures are drawn as the script draws them.
/// </summary>
internal sealed record FiftySteps(
    string Spec, Dictionary<string, float> Options, ulong Seed, int Images, int Batch, int Block, FiftySteps.Drawn[] Parameters,
    double[] Losses, long[] Correct, Dictionary<string, float[]> State, float[] Logits)
{
    /// <summary>The most that the norm of a difference may be, as a part of the norm of what was expected; both are Euclidean (Frobenius).</summary>
    public const double Allowed = 1e-3;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public SgdOptions Sgd => new()
    {
        Momentum = Options["momentum"], WeightDecay = Options["weight_decay"], FilterRmsLimit = Options["filter_rms_limit"],
        LabelSmoothing = Options["label_smoothing"], StatisticsMomentum = Options["statistics_momentum"],
    };

    public static FiftySteps Read() =>
        JsonSerializer.Deserialize<FiftySteps>(ReferenceFile.Bytes("Training", "fifty_steps.json"), s_json)!;

    /// <summary>Trains with an engine.</summary>
    public Outcome Train(ITrainingEngine engine, SessionSettings settings)
    {
        var random = new SplitMix64(Seed);
        var compiled = NetworkSpec.Parse(Spec, "fifty-steps.yaml").Compile();
        var network = WithDrawnWeights(compiled.Graph, random);
        var (images, labels, batches) = Draw(compiled, random);
        var step = TrainingGraph.Of(network, Sgd);
        using var session = engine.Open(network, Sgd, step, Batch, settings);
        var (losses, correct, item) = (new List<float>(), new List<long>(), images.Length / Images);
        foreach (var batch in batches)
        {
            foreach (var (place, image) in batch.Index())
            {
                images.AsSpan(image * item, item).CopyTo(session.Floats(step.Images)[(place * item)..]);
                session.Longs(step.Labels)[place] = labels[image];
            }

            session.Floats(step.LearningRate)[0] = Options["rate"];
            session.Run();
            losses.Add(session.Floats(step.Loss)[0]);
            correct.Add(session.Longs(step.Correct)[0]);
        }

        var state = session.ReadState();
        return new Outcome([.. losses], [.. correct], state, Exported(network, step, state), compiled.Logits, images[..(Batch * item)]);
    }

    /// <summary>Holds an engine's outcome against PyTorch's.</summary>
    public void AssertAgrees(Outcome outcome)
    {
        Assert.Equal(Correct, outcome.Correct);
        Assert.All(Losses.Zip(outcome.Losses), static l => Assert.Equal(1, l.Second / l.First, Allowed));
        Assert.Equal(State.Keys.Order(StringComparer.Ordinal), outcome.State.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, expected) in State) AssertNear(name, expected, outcome.State[name].Floats);
    }

    /// <summary>Holds one tensor against another by the norm of their difference.</summary>
    public static void AssertNear(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (difference, whole) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)actual[i] - expected[i], 2);
            whole += Math.Pow(expected[i], 2);
        }

        var part = Math.Sqrt(difference / whole);
        TestContext.Current.SendDiagnosticMessage($"{name}: {part:E1}");
        Assert.True(part <= Allowed, $"'{name}' differs by {part:E2} of its norm; {Allowed:E0} is allowed.");
    }

    /// <summary>Runs the exported network in ONNX Runtime.</summary>
    public float[] ExportedLogits(Outcome outcome, SessionSettings settings)
    {
        using var session = new GraphSession(outcome.Network.With(outputs: [new ValueInfo(outcome.Logits, ElementType.Float, null)]).WithoutUnused(), settings);
        using var run = session.Bind(Batch);
        outcome.FirstImages.CopyTo(run.Floats(outcome.Network.Inputs[0].Name));
        run.Run(Batch);
        return run.Floats(outcome.Logits).ToArray();
    }

    private OnnxGraph WithDrawnWeights(OnnxGraph graph, SplitMix64 random)
    {
        var weights = graph.Initializers.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, middle, most) in Parameters)
            weights[name] = OnnxTensor.Of(Values(random, (int)weights[name].Count, middle, most), [.. weights[name].Dims]);
        var image = graph.Inputs[0];
        return graph.With(inputs: [image with { Shape = image.Shape!.With(0, Batch) }], initializers: weights);
    }

    private (float[] Images, long[] Labels, int[][] Batches) Draw(CompiledNetwork network, SplitMix64 random)
    {
        var (classes, side) = (Logits.Length / Batch, network.Spec.Input.Height);
        var (blocks, item) = (side / Block, 3 * side * side);
        var patterns = Values(random, classes * 3 * blocks * blocks, 0, 1);
        var labels = Enumerable.Range(0, Images).Select(i => (long)(i % classes)).ToArray();
        var images = Values(random, Images * item, 0, 1);
        for (var i = 0; i < images.Length; i++)
        {
            var (channel, y, x) = (i / (side * side) % 3, i / side % side / Block, i % side / Block);
            images[i] += patterns[(((((labels[i / item] * 3) + channel) * blocks) + y) * blocks) + x];
        }

        var batches = Losses.Select(_ => Enumerable.Range(0, Batch).Select(_ => (int)((random.Next() >> 32) % (ulong)Images)).ToArray()).ToArray();
        return (images, labels, batches);
    }

    private static float[] Values(SplitMix64 random, int count, float middle, float most) =>
        [.. Enumerable.Range(0, count).Select(_ => middle + (most * ((long)(random.Next() >> 53) - 1024) / 1024f))];

    private static OnnxGraph Exported(OnnxGraph network, TrainingStep step, IReadOnlyDictionary<string, OnnxTensor> state)
    {
        var weights = network.Initializers.ToDictionary(StringComparer.Ordinal);
        foreach (var slot in step.State.Where(static s => s.Weight is not null)) weights[slot.Weight!] = state[slot.Name];
        return network.With(initializers: weights);
    }

    /// <summary>How a parameter is drawn: multiples of most/1024 around the middle.</summary>
    internal sealed record Drawn(string Name, float Middle, float Most);

    /// <summary>What came of training.</summary>
    internal sealed record Outcome(
        float[] Losses, long[] Correct, IReadOnlyDictionary<string, OnnxTensor> State, OnnxGraph Network, string Logits, float[] FirstImages);
}
