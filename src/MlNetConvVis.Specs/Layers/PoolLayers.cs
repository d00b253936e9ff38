using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>Max pooling: the largest value of each window. [N, C, H, W] to [N, C, H', W'].</summary>
public sealed record MaxPoolLayer : LayerSpec
{
    /// <summary>Gets how the windows move.</summary>
    public required WindowSpec Window { get; init; }

    internal static LayerType Type { get; } = new(
        LayerValues.PoolKeys, static (name, map) => new MaxPoolLayer { Name = name, Window = LayerValues.PoolWindow(map) });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) =>
        compiler.Node(Name, "MaxPool", [inputs[0]], Window.ToAttributes(compiler.MapsOf(inputs[0])));
}

/// <summary>Average pooling: the mean of each window, padding not counted. [N, C, H, W] to [N, C, H', W'].</summary>
public sealed record AveragePoolLayer : LayerSpec
{
    /// <summary>Gets how the windows move.</summary>
    public required WindowSpec Window { get; init; }

    internal static LayerType Type { get; } = new(
        LayerValues.PoolKeys, static (name, map) => new AveragePoolLayer { Name = name, Window = LayerValues.PoolWindow(map) });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) =>
        compiler.Node(Name, "AveragePool", [inputs[0]], Window.ToAttributes(compiler.MapsOf(inputs[0])));
}

/// <summary>The mean of each map: [N, C, H, W] to [N, C, 1, 1].</summary>
public sealed record GlobalAveragePoolLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new GlobalAveragePoolLayer { Name = name });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        compiler.MapsOf(inputs[0]);
        return compiler.Node(Name, "GlobalAveragePool", [inputs[0]]);
    }
}
