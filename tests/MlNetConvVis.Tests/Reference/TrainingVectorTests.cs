using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.Reference;

/// <summary>A training run as make_vectors.py records it: the same network, weights and batches in PyTorch.</summary>
internal sealed record ReferenceTraining(
    string[] Graph,
    Dictionary<string, float> Options,
    Dictionary<string, ReferenceTensor> Constants,
    ReferenceTensor Images,
    ReferenceTensor Labels,
    int[][] Batches,
    double[] Losses,
    long[] Correct,
    Dictionary<string, ReferenceTensor> Gradients,
    [property: System.Text.Json.Serialization.JsonPropertyName("after_1")] Dictionary<string, ReferenceTensor> After1,
    [property: System.Text.Json.Serialization.JsonPropertyName("after_20")] Dictionary<string, ReferenceTensor> After20);

/// <summary>The training step beside PyTorch, run in a session that keeps the state.</summary>
public class TrainingVectorTests
{
    private static readonly ReferenceTraining s_reference = Vectors.Read<ReferenceTraining>("training.json").Single();

    private static SgdOptions Options => new()
    {
        Momentum = s_reference.Options["momentum"],
        WeightDecay = s_reference.Options["weight_decay"],
        FilterRmsLimit = s_reference.Options["filter_rms_limit"],
        LabelSmoothing = s_reference.Options["label_smoothing"],
        StatisticsMomentum = s_reference.Options["statistics_momentum"],
    };

    /// <summary>CUDA has no kernel for batch normalisation in training mode; what takes its place there runs here too.</summary>
    [Fact]
    public void Batch_statistics_by_reductions_give_the_same()
    {
        using var kernel = new Run(Options);
        using var lowered = new Run(Options, BatchStatistics.Lower);
        Assert.True(kernel.UsesTrainingMode);
        Assert.False(lowered.UsesTrainingMode);
        for (var step = 0; step < 3; step++)
        {
            kernel.Step(step);
            lowered.Step(step);
            TensorAssert.Close([kernel.Loss], [lowered.Loss], Tolerance.Float32);
        }

        foreach (var (name, tensor) in kernel.State()) TensorAssert.Close(tensor.Floats, lowered.State()[name].Floats, new Tolerance(1e-5f, 1e-3f));
    }

    [Fact]
    public void First_step_has_the_loss_of_PyTorch()
    {
        using var run = new Run(Options);
        run.Step(0);
        TensorAssert.Close([(float)s_reference.Losses[0]], [run.Loss], Tolerance.Float32);
        Assert.Equal(s_reference.Correct[0], run.Correct);
    }

    /// <summary>Velocities start at zero, so after one step they hold gradient + decay * weight.</summary>
    [Fact]
    public void Gradients_are_those_of_PyTorch_and_decay_touches_weights_only()
    {
        using var run = new Run(Options);
        run.Step(0);
        var state = run.State();
        foreach (var (name, gradient) in s_reference.Gradients)
        {
            var decay = name[0] == 'w' ? Options.WeightDecay : 0;
            var expected = gradient.Floats!.Zip(s_reference.Constants[name].Floats!, (g, w) => g + (decay * w)).ToArray();
            TensorAssert.Close(expected, state[$"{name}/velocity"].Floats, new Tolerance(2e-6f, 2e-4f));
        }
    }

    [Fact]
    public void State_after_one_step_is_that_of_PyTorch()
    {
        using var run = new Run(Options);
        run.Step(0);
        AssertState(s_reference.After1, run, Tolerance.Float32);
    }

    [Fact]
    public void Loss_of_twenty_steps_follows_PyTorch()
    {
        using var run = new Run(Options);
        for (var step = 0; step < s_reference.Batches.Length; step++)
        {
            run.Step(step);
            TensorAssert.Close([(float)s_reference.Losses[step]], [run.Loss], new Tolerance(0, 1e-3f));
        }

        AssertState(s_reference.After20, run, new Tolerance(1e-3f, 1e-2f));
    }

    [Fact]
    public void Filters_under_the_limit_stay_to_the_bit_and_others_are_scaled_back_to_it()
    {
        const float Limit = 0.25f;
        using var limited = new Run(Options with { FilterRmsLimit = Limit });
        using var free = new Run(Options with { FilterRmsLimit = null });
        limited.Step(0);
        free.Step(0);
        var (under, over) = (0, 0);
        foreach (var name in new[] { "w1", "w2" })
        {
            var pairs = Filters(limited.State()[name]).Zip(Filters(free.State()[name]));
            foreach (var (scaled, moved) in pairs)
            {
                if (Rms(moved) <= Limit)
                {
                    Assert.Equal(moved, scaled);
                    under++;
                }
                else
                {
                    Assert.Equal(Limit, Rms(scaled), 1e-6f);
                    TensorAssert.Close([.. moved.Select(v => v * Limit / Rms(moved))], scaled, Tolerance.Float32);
                    over++;
                }
            }
        }

        Assert.True(under > 0 && over > 0, $"{under} filters under the limit, {over} over it");
    }

    [Fact]
    public void Dense_weights_are_not_limited()
    {
        using var limited = new Run(Options with { FilterRmsLimit = 1e-3f });
        using var free = new Run(Options with { FilterRmsLimit = null });
        limited.Step(0);
        free.Step(0);
        Assert.True(limited.State()["w3"].Floats.SequenceEqual(free.State()["w3"].Floats));
    }

    [Fact]
    public void State_written_back_repeats_the_run_to_the_bit()
    {
        using var run = new Run(Options);
        run.Step(0);
        var saved = run.State();
        run.Step(1);
        var (loss, weights) = (run.Loss, run.State()["w2"].Floats.ToArray());
        run.Write(saved);
        run.Step(1);
        Assert.Equal(loss, run.Loss);
        Assert.Equal(weights, run.State()["w2"].Floats.ToArray());
    }

    private static IEnumerable<float[]> Filters(OnnxTensor weights) => weights.Floats.ToArray().Chunk((int)OnnxTensor.Product(weights.Dims.Skip(1)));

    private static float Rms(float[] filter) => (float)Math.Sqrt(filter.Average(static w => (double)w * w));

    private static void AssertState(Dictionary<string, ReferenceTensor> expected, Run run, Tolerance tolerance)
    {
        var state = run.State();
        foreach (var (name, tensor) in expected)
            TensorAssert.Close(tensor.Floats!, state[run.StateOf(name)].Floats, tolerance);
    }

    /// <summary>One training run over the recorded batches.</summary>
    private sealed class Run : IDisposable
    {
        private readonly TrainingStep _step;
        private readonly OnnxGraph _graph;
        private readonly ResidentSession _session;

        public Run(SgdOptions options, Func<OnnxGraph, OnnxGraph>? form = null)
        {
            var image = s_reference.Images.Shape;
            var network = GraphText.Parse(
                s_reference.Graph,
                [GraphText.Float("x", [-1, .. image[1..]])],
                ["y"],
                s_reference.Constants.ToDictionary(static c => c.Key, static c => c.Value.ToTensor()));
            _step = TrainingGraph.Of(network, options);
            _graph = form is null ? _step.Graph : form(_step.Graph);
            _session = new ResidentSession(
                _graph, [.. _step.State.Select(static s => (s.Name, s.Updated, s.Initial))], s_reference.Batches[0].Length, GraphRun.Settings);
        }

        public bool UsesTrainingMode => _graph.Nodes.Any(static n => n.Attributes.Int("training_mode", 0) == 1);

        public float Loss => _session.Floats(_step.Loss)[0];

        public long Correct => _session.Longs(_step.Correct)[0];

        public void Step(int step)
        {
            var item = (int)OnnxTensor.Product(s_reference.Images.Shape[1..]);
            foreach (var (image, place) in s_reference.Batches[step].Select(static (image, place) => (image, place)))
            {
                s_reference.Images.Floats.AsSpan(image * item, item).CopyTo(_session.Floats(_step.Images)[(place * item)..]);
                _session.Longs(_step.Labels)[place] = s_reference.Labels.Longs![image];
            }

            _session.Floats(_step.LearningRate)[0] = s_reference.Options["rate"];
            _session.Run();
        }

        public string StateOf(string weight) => _step.State.Single(s => s.Weight == weight).Name;

        public IReadOnlyDictionary<string, OnnxTensor> State() => _session.ReadState();

        public void Write(IReadOnlyDictionary<string, OnnxTensor> state) => _session.WriteState(state);

        public void Dispose() => _session.Dispose();
    }
}
