using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>Runs the part of a training step that gives some of its values, changing nothing.</summary>
internal sealed class StepProbe : IDisposable
{
    private readonly TrainingStep _step;
    private readonly GraphSession _session;
    private readonly BoundRun _run;
    private readonly HashSet<string> _inputs;

    /// <summary>Opens the probe.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">Values of its graph; those of unknown shape are left out.</param>
    /// <param name="batch">The pictures of one run.</param>
    /// <param name="settings">Device and threads.</param>
    public StepProbe(TrainingStep step, IEnumerable<string> values, int batch, SessionSettings settings)
    {
        _step = step;
        var shapes = ShapeInference.Infer(step.Graph).ToDictionary(StringComparer.Ordinal);
        foreach (var output in step.Graph.Outputs.Where(static o => o.Shape is not null)) shapes[output.Name] = output.Shape!;
        Values = [.. values.Where(shapes.ContainsKey)];
        var part = step.Graph.With(outputs: Values.Select(v => new ValueInfo(v, ElementType.Float, shapes[v]))).WithoutUnused();
        part = part.With(inputs: part.Inputs.Where(i => part.UsersOf(i.Name).Count > 0));
        _inputs = part.Inputs.Select(static i => i.Name).ToHashSet(StringComparer.Ordinal);
        _session = new GraphSession(part, settings);
        _run = _session.Bind(batch);
    }

    /// <summary>Gets the values that are read.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>Runs one batch.</summary>
    /// <param name="state">The step's state by input name.</param>
    /// <param name="batch">The batch.</param>
    public void Run(IReadOnlyDictionary<string, OnnxTensor> state, TrainingBatch batch)
    {
        foreach (var (name, tensor) in state.Where(s => _inputs.Contains(s.Key))) tensor.Floats.CopyTo(_run.Floats(name));
        Feed(_step.Images, batch.Images);
        foreach (var (place, mask) in _step.Masks.Index()) Feed(mask.Name, batch.Masks[place]);
        if (_inputs.Contains(_step.Labels)) batch.Labels.CopyTo(_run.Longs(_step.Labels));
        _run.Run(batch.Size);
    }

    /// <summary>Gets what the latest run gave.</summary>
    /// <param name="value">One of <see cref="Values"/>.</param>
    public ReadOnlySpan<float> Read(string value) => _run.Floats(value);

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private void Feed(string input, float[] values)
    {
        if (_inputs.Contains(input)) values.CopyTo(_run.Floats(input));
    }
}
