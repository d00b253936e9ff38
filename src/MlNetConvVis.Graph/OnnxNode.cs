namespace MlNetConvVis.Graph;

/// <summary>One operation of a graph. Immutable; values are named as in ONNX, an absent optional one is empty.</summary>
/// <param name="OpType">The operator, such as <c>Conv</c>.</param>
/// <param name="Name">The node's own name; may be empty.</param>
/// <param name="Inputs">The values it reads, in the operator's order.</param>
/// <param name="Outputs">The values it makes, in the operator's order.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Domain">The operator set's domain; empty for ONNX's own.</param>
public sealed record OnnxNode(
    string OpType,
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    OnnxAttributes Attributes,
    string Domain = "")
{
    /// <summary>Gets the node's name, or its first output where it has none: what messages call it.</summary>
    public string Label => Name.Length > 0 ? Name : Outputs.FirstOrDefault(static o => o.Length > 0) ?? "(unnamed)";

    /// <summary>Gets an input's name.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>The name; null when the optional input is absent.</returns>
    public string? Input(int index) => index < Inputs.Count && Inputs[index].Length > 0 ? Inputs[index] : null;

    /// <summary>Gets an output's name.</summary>
    /// <param name="index">Its place.</param>
    /// <returns>The name; null when the optional output is absent.</returns>
    public string? Output(int index) => index < Outputs.Count && Outputs[index].Length > 0 ? Outputs[index] : null;

    /// <inheritdoc/>
    public override string ToString() => $"{string.Join(", ", Outputs)} = {OpType}({string.Join(", ", Inputs)})";
}

/// <summary>A graph input or output: name, element type, shape.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, or null when the model does not state it.</param>
public sealed record ValueInfo(string Name, ElementType Type, TensorShape? Shape);
