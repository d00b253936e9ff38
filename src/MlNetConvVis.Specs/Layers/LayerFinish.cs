using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>The function behind a layer's sum.</summary>
public enum Activation
{
    /// <summary>No function: y = x.</summary>
    None,

    /// <summary>The rectifier: y = max(x, 0).</summary>
    Relu,
}

/// <summary>What happens behind the sum of a convolution or dense layer, in this order: batch normalisation, activation, dropout.</summary>
public sealed record LayerFinish
{
    /// <summary>Gets the finish that changes nothing.</summary>
    public static LayerFinish None { get; } = new();

    /// <summary>Gets whether every map is normalised over the batch (Ioffe and Szegedy 2015).</summary>
    /// <value>The default is false.</value>
    public bool IsNormalized { get; init; }

    /// <summary>Gets the activation.</summary>
    /// <value>The default is none.</value>
    public Activation Activation { get; init; }

    /// <summary>Gets the share of units that are dropped while training.</summary>
    /// <value>The default is 0.</value>
    public float Dropout { get; init; }

    /// <summary>Gets whether the layer's value is the sum itself.</summary>
    internal bool KeepsValue => !IsNormalized && Activation == Activation.None;

    /// <summary>Adds the nodes behind a sum: <c>name/norm</c>, <c>name</c>, <c>name/dropout</c>, the last change of the value taking the layer's
    /// name.</summary>
    internal string Compile(NetworkCompiler compiler, string name, string sum)
    {
        var value = sum;
        if (IsNormalized) value = compiler.BatchNormalization(Activation == Activation.None ? name : $"{name}/norm", name, value);
        if (Activation == Activation.Relu) value = compiler.Node(name, "Relu", [value]);
        return Dropout > 0 ? compiler.Dropout($"{name}/dropout", value, Dropout) : value;
    }
}
