using MlNetConvVis.Graph;
using static TorchSharp.torch;

namespace MlNetConvVis.TorchSharp;

/// <summary>Where and how operators compute.</summary>
/// <param name="Device">The device.</param>
/// <param name="Reduced">The type that products of weights compute in, or null for float32.</param>
/// <param name="InFixedOrder">Whether operators whose sums have no fixed order on CUDA are written as others that have one.</param>
internal sealed record TorchArithmetic(Device Device, ScalarType? Reduced = null, bool InFixedOrder = false)
{
    /// <summary>Gives an operand of a product in the type that products compute in.</summary>
    public Tensor Operand(Tensor tensor) => Reduced is { } type ? tensor.to_type(type) : tensor;

    /// <summary>Gives a value whose squares or exponentials would overflow in a reduced type as float32.</summary>
    public Tensor Full(Tensor tensor) => Reduced is null ? tensor : tensor.to_type(ScalarType.Float32);

    /// <summary>Gives a fed value in the type of what it is combined with.</summary>
    public Tensor Like(Tensor tensor, Tensor other) => Reduced is null ? tensor : tensor.to_type(other.dtype);

    /// <summary>Puts a constant on the device.</summary>
    public Tensor Place(OnnxTensor value) => tensor(value.Floats.ToArray(), [.. value.Dims], device: Device);
}
