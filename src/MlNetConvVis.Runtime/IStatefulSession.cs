using MlNetConvVis.Graph;

namespace MlNetConvVis.Runtime;

/// <summary>Runs something whose state moves on with every run and stays where it is computed. Not for several threads at a time.</summary>
public interface IStatefulSession : IDisposable
{
    /// <summary>Gets what computes: ONNX Runtime's execution provider, or another engine's name for its device.</summary>
    string Provider { get; }

    /// <summary>Gets the buffer of a fed input or a read output.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The buffer.</returns>
    Span<float> Floats(string name);

    /// <summary>Gets the buffer of a fed int64 input or output.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The buffer.</returns>
    Span<long> Longs(string name);

    /// <summary>Runs once; the state moves on.</summary>
    /// <exception cref="SessionException">The run failed; the state is as before.</exception>
    void Run();

    /// <summary>Copies the state out.</summary>
    /// <returns>Tensors by name.</returns>
    IReadOnlyDictionary<string, OnnxTensor> ReadState();

    /// <summary>Copies out the state as it was before the latest run.</summary>
    /// <returns>Tensors by name; before the first run they hold nothing of use.</returns>
    IReadOnlyDictionary<string, OnnxTensor> ReadPreviousState();

    /// <summary>Replaces the state.</summary>
    /// <param name="state">Tensors by name; all or some.</param>
    /// <exception cref="SessionException">There is no such state, or it has another shape.</exception>
    void WriteState(IReadOnlyDictionary<string, OnnxTensor> state);
}
