using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime;

/// <summary>Values with their shape.</summary>
/// <param name="Values">Row-major values; the array may be longer than the shape.</param>
/// <param name="Shape">The dimensions.</param>
public readonly record struct SizedValues(float[] Values, long[] Shape);

/// <summary>A graph of float inputs whose rows and columns are free, with one output: each run has sizes of its own. Threads may share it.</summary>
public sealed class AnySizeSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    /// <summary>Opens a session.</summary>
    /// <param name="graph">The graph, in the written operator set.</param>
    /// <param name="settings">Device and threads.</param>
    /// <exception cref="SessionException">ONNX Runtime refuses the graph, or the device is missing.</exception>
    public AnySizeSession(OnnxGraph graph, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(settings);
        (_inputs, _outputs) = ([.. graph.Inputs.Select(static i => i.Name)], [graph.Outputs.Single().Name]);
        (_session, _) = SessionFactory.Open(graph, settings);
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">One an input, in the graph's order.</param>
    /// <param name="output">Receives the output, which must have this shape.</param>
    /// <exception cref="SessionException">ONNX Runtime failed.</exception>
    public void Run(IReadOnlyList<SizedValues> inputs, SizedValues output)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        OrtValue[] given = [.. inputs.Select(Wrap)];
        OrtValue[] wanted = [Wrap(output)];
        try
        {
            _session.Run(_options, _inputs, given, _outputs, wanted);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SessionException($"ONNX Runtime failed to run a part of the network: {e.Message.Split('\n', 2)[0].Trim()}", e);
        }
        finally
        {
            foreach (var value in given.Concat(wanted)) value.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private static OrtValue Wrap(SizedValues sized) => OrtValue.CreateTensorValueFromMemory(
        OrtMemoryInfo.DefaultInstance, sized.Values.AsMemory(0, (int)OnnxTensor.Product(sized.Shape)), sized.Shape);
}
