using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// Something of the forward pass that a windowed reverse pass takes in, cut out for one unit. Windows hold one entry a spatial axis: for unit u of
/// the layer the places Start + u*Stride … Start + u*Stride + Size - 1.
/// </summary>
/// <param name="Name">The input's name in the windowed graph.</param>
public abstract record WindowPart(string Name)
{
    /// <summary>Gets what tells equal parts from different ones.</summary>
    internal abstract string Key { get; }

    /// <summary>Writes a window as text.</summary>
    private protected static string Text(IReadOnlyList<FieldAxis> window) => string.Join(';', window);
}

/// <summary>A part of a forward value, [1, C, window]; one outside the value, so that quotients stay numbers there.</summary>
/// <param name="Name">The input's name in the windowed graph.</param>
/// <param name="Value">The forward value.</param>
/// <param name="Window">Its part.</param>
public sealed record ValuePart(string Name, string Value, IReadOnlyList<FieldAxis> Window) : WindowPart(Name)
{
    internal override string Key => $"value {Value} {Text(Window)}";
}

/// <summary>
/// Switches of a MaxPool, int64 [1, C, window of its output]: for each pooled value its maximum's place, counted over [C, window of its input], the first in
/// row-major order of equal ones. Pooled places outside the value hold any place.
/// </summary>
/// <param name="Name">The input's name in the windowed graph.</param>
/// <param name="Pool">The MaxPool.</param>
/// <param name="Geometry">How it moves over its whole input.</param>
/// <param name="Pooled">The part of its output.</param>
/// <param name="Window">The part of its input.</param>
public sealed record SwitchPart(string Name, OnnxNode Pool, WindowGeometry Geometry, IReadOnlyList<FieldAxis> Pooled, IReadOnlyList<FieldAxis> Window)
    : WindowPart(Name)
{
    internal override string Key => $"switches {Pool.Outputs[0]}";
}

/// <summary>A part of a constant that belongs to places, [1, 1, window]; one outside.</summary>
/// <param name="Name">The input's name in the windowed graph.</param>
/// <param name="Constant">One number a place, [1, 1, spatial axes].</param>
/// <param name="Window">Its part.</param>
public sealed record ConstantPart(string Name, OnnxTensor Constant, IReadOnlyList<FieldAxis> Window) : WindowPart(Name)
{
    internal override string Key => $"constant {Name}";
}

/// <summary>Which places of a window lie inside a value: float [1, 1, window], one inside and zero outside.</summary>
/// <param name="Name">The input's name in the windowed graph.</param>
/// <param name="Value">The forward value.</param>
/// <param name="Window">The window.</param>
public sealed record MaskPart(string Name, string Value, IReadOnlyList<FieldAxis> Window) : WindowPart(Name)
{
    internal override string Key => $"mask {Value} {Text(Window)}";
}
