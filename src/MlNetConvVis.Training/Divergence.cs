using System.Globalization;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>Finds out what broke when the loss stopped being a number.</summary>
internal static class Divergence
{
    /// <summary>Runs the batch again with the state before the step, and looks for the first value of the network that is not finite.</summary>
    public static TrainingDivergedException Explain(
        OnnxGraph network, TrainingStep step, IReadOnlyDictionary<string, OnnxTensor> stateBefore, TrainingBatch batch, SessionSettings settings,
        (int Epoch, int Step, float Loss, float Rate) at)
    {
        var parameter = stateBefore.Where(static s => !IsFinite(s.Value.Floats)).Select(static s => s.Key).FirstOrDefault();
        return Diverged("loss", FirstBroken(network, step, stateBefore, batch, settings), parameter, at);
    }

    /// <summary>Runs the network as it is used: with running statistics values may break that are finite with those of a batch.</summary>
    public static TrainingDivergedException ExplainInUse(
        OnnxGraph network, TrainingBatch batch, SessionSettings settings, (int Epoch, int Step, float Loss, float Rate) at)
    {
        var shapes = ShapeInference.Infer(network);
        string[] values = [.. network.Nodes.SelectMany(static n => n.Outputs).Where(shapes.ContainsKey)];
        using var session = new GraphSession(network.With(outputs: values.Select(v => new ValueInfo(v, ElementType.Float, shapes[v]))), settings);
        using var run = session.Bind(batch.Size);
        batch.Images.CopyTo(run.Floats(network.Inputs[0].Name));
        run.Run(batch.Size);
        return Diverged("validation loss", values.FirstOrDefault(v => !IsFinite(run.Floats(v))), null, at);
    }

    private static TrainingDivergedException Diverged(string what, string? layer, string? parameter, (int Epoch, int Step, float Loss, float Rate) at)
    {
        var place = (layer, parameter) switch
        {
            ({ } value, { } name) => $"The first value that is not finite is '{value}'; parameter '{name}' was broken by the step before.",
            ({ } value, null) => $"The first value that is not finite is '{value}'.",
            _ => $"All values of the network are finite; the {what} itself is not.",
        };
        return new TrainingDivergedException(at.Epoch, at.Step, layer, string.Create(CultureInfo.InvariantCulture,
            $"The {what} became {at.Loss} at step {at.Step} of epoch {at.Epoch} (learning rate {at.Rate:G3}). {place} ") +
            "What earlier epochs left on disk is as it was. Lower the learning rate, warm up longer, or set a filter RMS limit.");
    }

    /// <summary>Tells whether every number of a state is finite.</summary>
    public static bool IsWhole(IReadOnlyDictionary<string, OnnxTensor> state) => state.Values.All(static t => IsFinite(t.Floats));

    private static string? FirstBroken(
        OnnxGraph network, TrainingStep step, IReadOnlyDictionary<string, OnnxTensor> state, TrainingBatch batch, SessionSettings settings)
    {
        var forward = network.Nodes.SelectMany(static n => n.Outputs).Where(o => step.Graph.ProducerOf(o) is not null);
        using var probe = new StepProbe(step, forward, batch.Size, settings);
        probe.Run(state, batch);
        return probe.Values.FirstOrDefault(v => !IsFinite(probe.Read(v)));
    }

    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value)) return false;
        }

        return true;
    }
}
