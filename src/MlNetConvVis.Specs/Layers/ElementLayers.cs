using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>The rectifier: y = max(x, 0), any shape.</summary>
public sealed record ReluLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new ReluLayer { Name = name });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) => compiler.Node(Name, "Relu", [inputs[0]]);
}

/// <summary>Dropout: while training, a share of the values is set to 0 and the others are scaled up to make up for it; any shape.</summary>
public sealed record DropoutLayer : LayerSpec
{
    /// <summary>Gets the share that is dropped.</summary>
    public required float Rate { get; init; }

    internal static LayerType Type { get; } = new(
        ["rate"], static (name, map) => new DropoutLayer { Name = name, Rate = LayerValues.DropoutRate(map["rate"]) });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) => compiler.Dropout(Name, inputs[0], Rate);
}

/// <summary>Puts all maps behind one another: [N, C, H, W] to [N, C*H*W]. Dense and softmax layers do so by themselves.</summary>
public sealed record FlattenLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new FlattenLayer { Name = name });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) =>
        compiler.Node(Name, "Flatten", [inputs[0]], OnnxAttributes.Of(("axis", 1L)));
}

/// <summary>The softmax: [N, classes] to as many probabilities. Maps of one place are flattened first.</summary>
public sealed record SoftmaxLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new SoftmaxLayer { Name = name });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        if (compiler.ShapeOf(inputs[0]) is { Rank: > 2 } maps && maps.Dims.Skip(2).Any(static d => d != 1))
            throw new GraphException($"a softmax takes one number a class, but maps {maps} come in; put a dense or globalaveragepool layer before it.");
        return compiler.Node(Name, "Softmax", [compiler.Flattened(Name, inputs[0])], OnnxAttributes.Of(("axis", -1L)));
    }
}
