using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Training;

/// <summary>What computes training steps. Every engine does the same arithmetic up to rounding, with the same names and state, so one can go on where another
/// stopped.</summary>
public interface ITrainingEngine
{
    /// <summary>Gets the engine's name, as in <c>--engine</c>.</summary>
    string Name { get; }

    /// <summary>Opens a network for training.</summary>
    /// <param name="network">The forward graph in canonical form, with its weights and a fixed batch.</param>
    /// <param name="options">How to update.</param>
    /// <param name="step">The step of that network with these options: its names, first state and dropout masks are the session's.</param>
    /// <param name="batch">The pictures of every step.</param>
    /// <param name="settings">Device and threads.</param>
    /// <returns>The session.</returns>
    /// <exception cref="SessionException">The device is missing, or the engine does not take the network.</exception>
    IStatefulSession Open(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, SessionSettings settings);
}

/// <summary>Runs the step as one graph in ONNX Runtime: the engine that is always there.</summary>
public sealed class OnnxTrainingEngine : ITrainingEngine
{
    /// <inheritdoc/>
    public string Name => "onnx";

    /// <inheritdoc/>
    public IStatefulSession Open(OnnxGraph network, SgdOptions options, TrainingStep step, int batch, SessionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new ResidentSession(step.Graph, step.State.Select(static s => (s.Name, s.Updated, s.Initial)), batch, settings);
    }
}
