using MlNetConvVis.Graph;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>The values of one forward pass by their ONNX names: parameters and constants, the images, and what nodes make of them.</summary>
internal sealed class TorchValues(IReadOnlyDictionary<string, Tensor> known, IReadOnlyDictionary<string, Tensor> masks, float statisticsMomentum)
{
    private readonly Dictionary<string, Tensor> _made = new(StringComparer.Ordinal);

    /// <summary>Gets how much of batch normalisation's running statistics stays at each step.</summary>
    public float StatisticsMomentum => statisticsMomentum;

    /// <summary>Gets one input of a node.</summary>
    public Tensor this[OnnxNode node, int input] => Optional(node, input)
        ?? throw new GraphException($"Node '{node.Label}' ({node.OpType}) lacks its input {input}.");

    /// <summary>Gets one input of a node, or null when it has none at that place.</summary>
    public Tensor? Optional(OnnxNode node, int input) =>
        node.Input(input) is not { } name ? null : _made.TryGetValue(name, out var made) ? made : known[name];

    /// <summary>Gets the dropout mask of a value, or null when nothing is dropped there.</summary>
    public Tensor? Mask(string value) => masks.GetValueOrDefault(value);

    /// <summary>Keeps a value.</summary>
    public void Set(string name, Tensor value) => _made[name] = value;
}
