using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>A fully connected layer: [N, features] to [N, units]. Maps are flattened first.</summary>
public sealed record DenseLayer : LayerSpec
{
    /// <summary>Gets the number of units.</summary>
    public required LayerWidth Units { get; init; }

    /// <summary>Gets whether each unit has a bias.</summary>
    /// <value>The default is null: it has one unless batch normalisation follows, which would take it away again.</value>
    public bool? HasBias { get; init; }

    /// <summary>Gets how the weights start.</summary>
    /// <value>The default is null: as the spec says.</value>
    public WeightInit? Init { get; init; }

    /// <summary>Gets what follows the sum.</summary>
    /// <value>The default is nothing.</value>
    public LayerFinish Finish { get; init; } = LayerFinish.None;

    internal static LayerType Type { get; } = new(
        ["units", "bias", "init", .. LayerValues.FinishKeys],
        static (name, map) => new DenseLayer
        {
            Name = name,
            Units = LayerValues.Width(map["units"]),
            HasBias = map.Find("bias")?.AsBool(),
            Init = map.Find("init") is { } init ? LayerValues.Init(init) : null,
            Finish = LayerValues.Finish(map),
        });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        var flat = compiler.Flattened(Name, inputs[0]);
        var (features, units) = (compiler.ShapeOf(flat).Known(1), compiler.Count(Units));
        List<string> operands = [flat, compiler.Weights(Name, [units, features], features, units, Init)];
        if (HasBias ?? !Finish.IsNormalized) operands.Add(compiler.Bias(Name, units));
        var sum = compiler.Node(Finish.KeepsValue ? Name : $"{Name}/dense", "Gemm", operands, OnnxAttributes.Of(("transB", 1L)));
        return Finish.Compile(compiler, Name, sum);
    }
}
