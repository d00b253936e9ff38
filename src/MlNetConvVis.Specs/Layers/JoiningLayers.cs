using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>The sum of two or more layers of equal shape, as where a residual branch meets its shortcut.</summary>
public sealed record AddLayer : LayerSpec
{
    /// <summary>Gets the activation behind the sum.</summary>
    /// <value>The default is none.</value>
    public Activation Activation { get; init; }

    internal static LayerType Type { get; } = new(
        ["activation"], static (name, map) => new AddLayer { Name = name, Activation = LayerValues.Activation(map) });

    internal override int LeastSources => 2;

    internal override int MostSources => int.MaxValue;

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        var shapes = inputs.Select(compiler.ShapeOf).ToArray();
        if (shapes.FirstOrDefault(s => !s.Equals(shapes[0])) is { } other)
            throw new GraphException($"only equal shapes can be added, but {shapes[0]} and {other} come in.");
        var finish = new LayerFinish { Activation = Activation };
        var sum = inputs[0];
        for (var i = 1; i < inputs.Count; i++)
        {
            var isLast = i == inputs.Count - 1;
            sum = compiler.Node(isLast && finish.KeepsValue ? Name : isLast ? $"{Name}/sum" : $"{Name}/sum{i}", "Add", [sum, inputs[i]]);
        }

        return finish.Compile(compiler, Name, sum);
    }
}

/// <summary>The maps or features of two or more layers, one behind the other.</summary>
public sealed record ConcatLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new ConcatLayer { Name = name });

    internal override int LeastSources => 2;

    internal override int MostSources => int.MaxValue;

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        var shapes = inputs.Select(compiler.ShapeOf).ToArray();
        if (shapes.FirstOrDefault(s => s.Rank != shapes[0].Rank || !s.Dims.Skip(2).SequenceEqual(shapes[0].Dims.Skip(2))) is { } other)
            throw new GraphException($"only maps of equal height and width can be put behind one another, but {shapes[0]} and {other} come in.");
        return compiler.Node(Name, "Concat", inputs, OnnxAttributes.Of(("axis", 1L)));
    }
}
