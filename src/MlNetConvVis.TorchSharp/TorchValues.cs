using MlNetConvVis.Graph;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>The values of one forward pass by their ONNX names: parameters and constants, the images, and what nodes make of them.</summary>
internal sealed class TorchValues(TorchArithmetic arithmetic, IReadOnlyDictionary<string, Tensor> known)
{
    private readonly Dictionary<string, Tensor> _made = new(StringComparer.Ordinal);

    /// <summary>Gets where and how operators compute.</summary>
    public TorchArithmetic Arithmetic => arithmetic;

    /// <summary>Gets the dropout masks by the value behind the dropout; where there is none, nothing is dropped.</summary>
    public IReadOnlyDictionary<string, Tensor> Masks { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>Gets how much of batch normalisation's running statistics stays at a training step; null when the network is used, not trained.</summary>
    public float? StatisticsMomentum { get; init; }

    /// <summary>Gets one input of a node.</summary>
    public Tensor this[OnnxNode node, int input] => Optional(node, input)
        ?? throw new GraphException($"Node '{node.Label}' ({node.OpType}) lacks its input {input}.");

    /// <summary>Gets one input of a node, or null when it has none at that place.</summary>
    public Tensor? Optional(OnnxNode node, int input) =>
        node.Input(input) is not { } name ? null : _made.TryGetValue(name, out var made) ? made : known[name];

    /// <summary>Gets one input of a product, in the type that products compute in.</summary>
    public Tensor Operand(OnnxNode node, int input) => arithmetic.Operand(this[node, input]);

    /// <summary>Gets one input of a product, or null when it has none at that place.</summary>
    public Tensor? OptionalOperand(OnnxNode node, int input) => Optional(node, input) is { } value ? arithmetic.Operand(value) : null;

    /// <summary>Keeps a value.</summary>
    public void Set(string name, Tensor value) => _made[name] = value;
}
