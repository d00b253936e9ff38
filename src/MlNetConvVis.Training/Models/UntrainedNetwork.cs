using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Training;

/// <summary>A network that has learned nothing, as the baseline for one that has.</summary>
public static class UntrainedNetwork
{
    /// <summary>
    /// Takes a network as it was compiled, and sets the running statistics of its batch normalisations to the means over some batches of training pictures
    /// (not varied), so that random features are scaled as well as learned ones. No weight changes.
    /// </summary>
    /// <param name="network">A freshly compiled network; compile with another seed than the trained one.</param>
    /// <param name="set">The pictures.</param>
    /// <param name="options">Batch size, device and threads; the order of the pictures comes from its seed.</param>
    /// <param name="batches">The most batches to look at.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The network with preprocessing and class names in its metadata.</returns>
    public static OnnxGraph Of(
        CompiledNetwork network, TrainingSet set, TrainingOptions options, int batches = 16, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        // With momentum 0 the "running" statistics after a step are those of its batch alone.
        var step = TrainingGraph.Of(network.Graph, new SgdOptions { StatisticsMomentum = 0 }, network.DropoutRates);
        var state = step.State.ToDictionary(static s => s.Name, static s => s.Initial, StringComparer.Ordinal);
        var statistics = step.State.Where(static s => s.Weight is not null && s.Name != s.Weight).ToArray();
        if (statistics.Length > 0)
        {
            var source = new BatchSource(set, options with { Augmentation = Augmentation.None }, step.Masks);
            foreach (var (slot, mean) in statistics.Zip(Means(step, state, statistics, source, batches, options, cancellation)))
                state[slot.Name] = OnnxTensor.Of(mean, [.. slot.Initial.Dims]);
        }

        return TrainedNetwork.Of(network, step.State, state, set);
    }

    private static float[][] Means(
        TrainingStep step,
        Dictionary<string, OnnxTensor> state,
        StateTensor[] statistics,
        BatchSource source,
        int batches,
        TrainingOptions options,
        CancellationToken cancellation)
    {
        using var probe = new StepProbe(step, statistics.Select(static s => s.Updated), source.BatchSize, options.ToSettings());
        var sums = statistics.Select(static s => new double[s.Initial.Count]).ToArray();
        var count = Math.Min(batches, source.StepsPerEpoch);
        foreach (var batch in source.Epoch(1).Take(count))
        {
            cancellation.ThrowIfCancellationRequested();
            probe.Run(state, batch);
            foreach (var (slot, sum) in statistics.Zip(sums))
            {
                var values = probe.Read(slot.Updated);
                for (var i = 0; i < sum.Length; i++) sum[i] += values[i];
            }
        }

        return [.. sums.Select(s => s.Select(v => (float)(v / count)).ToArray())];
    }
}
