using MlNetConvVis.Graph;

namespace MlNetConvVis.Specs.Compilation;

/// <summary>A network that can run and be trained.</summary>
/// <param name="Graph">The forward graph in canonical form (opset 18): one input <c>image</c> [N, C, H, W], one output.</param>
/// <param name="Logits">The value before the final softmax, or the output where there is none.</param>
/// <param name="Layers">The layers' names in order; each is the name of a value.</param>
/// <param name="DropoutRates">The rate of each dropout by the name of the value behind it, as a training graph wants them.</param>
/// <param name="Spec">The spec it was compiled from; has the preprocessing.</param>
public sealed record CompiledNetwork(
    OnnxGraph Graph, string Logits, IReadOnlyList<string> Layers, IReadOnlyDictionary<string, float> DropoutRates, NetworkSpec Spec)
{
    /// <summary>Gets the name of the input.</summary>
    public string Input => Graph.Inputs[0].Name;

    /// <summary>Gets the name of the output: probabilities where the last layer is a softmax.</summary>
    public string Output => Graph.Outputs[0].Name;
}
