using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Features;

/// <summary>One layer of a network.</summary>
/// <param name="Name">The value's name, by which it is asked for.</param>
/// <param name="OpType">The operator that makes it.</param>
/// <param name="Shape">Its shape, or null when it could not be worked out.</param>
/// <param name="Parameters">How many weights and biases its operator has.</param>
/// <param name="Field">Its receptive field, height then width; null when it could not be worked out.</param>
/// <param name="Obstacle">Why it cannot be projected to pixels; null when it can.</param>
/// <param name="Gate">The first operator on the way to it that every rule set reverses by its derivative alone, such as a sigmoid or a product of two computed
/// values; null for none.</param>
public sealed record LayerInfo(
    string Name, string OpType, TensorShape? Shape, long Parameters, IReadOnlyList<FieldAxis>? Field, string? Obstacle, string? Gate);
