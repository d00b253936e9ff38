using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Runtime;

/// <summary>A graph that is ready to run. Threads may share it; each makes buffers of its own with <see cref="Bind"/>.</summary>
public sealed class GraphSession : IDisposable
{
    private readonly IReadOnlyDictionary<string, TensorShape> _shapes;

    /// <summary>Opens a session.</summary>
    /// <param name="graph">The graph, in the written operator set.</param>
    /// <param name="settings">Device and threads.</param>
    /// <exception cref="SessionException">ONNX Runtime refuses the graph, or the device is missing.</exception>
    public GraphSession(OnnxGraph graph, SessionSettings settings)
    {
        Graph = graph ?? throw new ArgumentNullException(nameof(graph));
        ArgumentNullException.ThrowIfNull(settings);
        _shapes = ShapeInference.Infer(graph);
        (Session, Provider) = SessionFactory.Open(graph, settings);
    }

    /// <summary>Gets the graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Gets the execution provider that runs it, such as <c>CPUExecutionProvider</c>.</summary>
    public string Provider { get; }

    /// <summary>Gets the batch size that the graph demands, or null when it is free.</summary>
    public int? FixedBatch => Graph.Inputs[0].Shape?.Dims.FirstOrDefault() is { IsKnown: true, Size: > 0 } dim ? (int)dim.Size : null;

    internal InferenceSession Session { get; }

    /// <summary>Makes buffers for runs of up to some number of items.</summary>
    /// <param name="batch">The most items of one run; where the graph fixes its batch, that number is taken instead.</param>
    /// <returns>The buffers.</returns>
    public BoundRun Bind(int batch) => new(this, FixedBatch ?? batch);

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();

    /// <summary>Gets the shape of an input or output for a number of items.</summary>
    internal long[] ShapeOf(ValueInfo value, int items)
    {
        var shape = _shapes.GetValueOrDefault(value.Name) ?? value.Shape
            ?? throw new SessionException(
                $"The shape of '{value.Name}' could not be worked out and the model does not state it. Export the model with shapes.");
        return [.. shape.Dims.Select(d => d.IsKnown ? d.Size : items)];
    }
}
