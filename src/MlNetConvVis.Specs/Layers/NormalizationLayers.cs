using MlNetConvVis.Graph;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>
/// Contrast normalisation across maps: y = x / (k + alpha * sum of x^2 over <see cref="Size"/> neighbouring maps)^beta (Krizhevsky et al. 2012,
/// section 3.3). ONNX divides its alpha by the size, so the compiled node holds size * alpha.
/// </summary>
public sealed record LrnLayer : LayerSpec
{
    /// <summary>Gets over how many neighbouring maps is summed; odd.</summary>
    /// <value>The default is 5, Krizhevsky's.</value>
    public int Size { get; init; } = 5;

    /// <summary>Gets the weight of the sum of squares.</summary>
    /// <value>The default is 1e-4, Krizhevsky's.</value>
    public float Alpha { get; init; } = 1e-4f;

    /// <summary>Gets the exponent.</summary>
    /// <value>The default is 0.75, Krizhevsky's.</value>
    public float Beta { get; init; } = 0.75f;

    /// <summary>Gets the constant.</summary>
    /// <value>The default is 2, Krizhevsky's.</value>
    public float K { get; init; } = 2;

    internal static LayerType Type { get; } = new(["size", "alpha", "beta", "k"], static (name, map) => new LrnLayer
    {
        Name = name,
        Size = map.Int("size", 5, least: 1) is var size && size % 2 == 1 ? size : throw map["size"].Wrong("an odd number"),
        Alpha = map.Float("alpha", 1e-4f, least: 0, most: 1e6f),
        Beta = map.Float("beta", 0.75f, least: 0),
        K = map.Float("k", 2, least: 1e-6f),
    });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs)
    {
        compiler.MapsOf(inputs[0]);
        var alpha = (float)(Size * (decimal)Alpha);      // in decimal 5 * 1e-4 is 5e-4, in binary its neighbour
        return compiler.Node(Name, "LRN", [inputs[0]], OnnxAttributes.Of(("size", (long)Size), ("alpha", alpha), ("beta", Beta), ("bias", K)));
    }
}

/// <summary>Batch normalisation as a layer of its own: y = scale * (x - mean) / sqrt(variance + 1e-5) + shift for each map or feature.</summary>
public sealed record BatchNormalizationLayer : LayerSpec
{
    internal static LayerType Type { get; } = new([], static (name, _) => new BatchNormalizationLayer { Name = name });

    internal override string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs) => compiler.BatchNormalization(Name, Name, inputs[0]);
}
