using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Specs.Layers;

/// <summary>One layer of a spec. Its name is the ONNX name of its value: after normalisation and activation, before dropout.</summary>
public abstract record LayerSpec
{
    /// <summary>Gets the layer's name: a letter or '_', then letters, digits, '_', '-' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the layers that this one reads from; <c>image</c> is the input.</summary>
    /// <value>The default is none: the layer before.</value>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>Gets where the layer stands in its file.</summary>
    /// <value>The default is a layer that was not read from a file.</value>
    public SourcePosition Position { get; init; } = new("(spec)", 0, 0);

    /// <summary>Gets how many layers this kind reads from at least.</summary>
    internal virtual int LeastSources => 1;

    /// <summary>Gets how many layers this kind reads from at most.</summary>
    internal virtual int MostSources => 1;

    /// <summary>Adds the layer's nodes.</summary>
    /// <param name="compiler">Takes the nodes and knows the shapes.</param>
    /// <param name="inputs">The values that the layer reads, one a source.</param>
    /// <returns>The value that the next layer reads.</returns>
    internal abstract string Compile(NetworkCompiler compiler, IReadOnlyList<string> inputs);
}
