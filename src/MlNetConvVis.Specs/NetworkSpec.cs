using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Specs.Extension;
using MlNetConvVis.Specs.Layers;
using MlNetConvVis.Specs.Yaml;

namespace MlNetConvVis.Specs;

/// <summary>What goes into a network.</summary>
/// <param name="Channels">Channels, such as 3 for colour.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record InputSpec(int Channels, int Height, int Width);

/// <summary>A network as its spec file describes it: layers by name, without weights. Immutable.</summary>
public sealed record NetworkSpec
{
    /// <summary>The name of the image input of a compiled network.</summary>
    public const string ImageName = "image";

    /// <summary>Gets the network's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what goes in.</summary>
    public required InputSpec Input { get; init; }

    /// <summary>Gets the layers in order; each reads from the one before unless it says otherwise.</summary>
    public required IReadOnlyList<LayerSpec> Layers { get; init; }

    /// <summary>Gets how pictures become the input.</summary>
    /// <value>The default is null: the spec does not say.</value>
    public ImagePreprocessing? Preprocessing { get; init; }

    /// <summary>Gets how weights start in layers that do not say.</summary>
    /// <value>The default is <see cref="WeightInit.He"/>.</value>
    public WeightInit Init { get; init; } = WeightInit.He;

    /// <summary>Gets the number of classes where a caller does not give one.</summary>
    /// <value>The default is null: the caller must.</value>
    public int? Classes { get; init; }

    /// <summary>Gets how the network is trained where a caller does not say: the <c>training</c> section as it stands in the file, for the trainer to
    /// read.</summary>
    /// <value>The default is null: the spec does not say.</value>
    public YamlMap? Training { get; init; }

    /// <summary>Gets the spec as YAML text that stands for itself: the file's own text, or what an extension makes of the file it extends.</summary>
    /// <value>The default is null: it was not read from YAML.</value>
    public string? SourceText { get; init; }

    /// <summary>Gets where the spec stands.</summary>
    /// <value>The default is a spec that was not read from a file.</value>
    public SourcePosition Position { get; init; } = new("(spec)", 0, 0);

    /// <summary>Reads a spec file.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="environment">Gives the value of a variable for <c>${NAME}</c>, null when unset; the process's environment when null.</param>
    /// <returns>The spec, with names and references checked.</returns>
    /// <exception cref="SpecException">The file cannot be read or used; the message gives file, line and column.</exception>
    public static NetworkSpec Read(string path, Func<string, string?>? environment = null) => Parse(YamlFile.ReadText(path), path, environment);

    /// <summary>Reads a spec from text.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="file">What error messages call it.</param>
    /// <param name="environment">Gives the value of a variable for <c>${NAME}</c>, null when unset; the process's environment when null.</param>
    /// <returns>The spec, with names and references checked.</returns>
    /// <exception cref="SpecException">The text cannot be used; the message gives file, line and column.</exception>
    public static NetworkSpec Parse(string text, string file, Func<string, string?>? environment = null)
    {
        var sections = SpecFiles.Sections(text, file, environment);
        var spec = NetworkSpecReader.Read(sections) with { SourceText = sections.IsExtended ? SpecText.Of(sections) : text };
        LayerReferences.Check(spec);
        return spec;
    }

    /// <summary>Works out everything but the weights' values: nodes, shapes, parameters. Quick, however large the network.</summary>
    /// <param name="classes">The number of classes; null takes the spec's.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="SpecException">A layer does not fit what comes in, or the number of classes is unknown.</exception>
    public NetworkPlan Plan(int? classes = null) => NetworkCompiler.Plan(this, classes);

    /// <summary>Compiles the spec to an ONNX graph with fresh weights.</summary>
    /// <param name="classes">The number of classes; null takes the spec's.</param>
    /// <param name="seed">Decides the weights: equal seeds give equal weights to the bit, on every machine.</param>
    /// <returns>The network.</returns>
    /// <exception cref="SpecException">A layer does not fit what comes in, or the number of classes is unknown.</exception>
    public CompiledNetwork Compile(int? classes = null, long seed = 0) => Plan(classes).Initialize(seed);

    /// <summary>Counts what training changes: weights, biases, scale and shift of batch normalisation.</summary>
    /// <param name="classes">The number of classes; null takes the spec's.</param>
    /// <returns>The number of parameters.</returns>
    /// <exception cref="SpecException">A layer does not fit what comes in, or the number of classes is unknown.</exception>
    public long CountParameters(int? classes = null) => Plan(classes).ParameterCount;

    /// <summary>Gets the shape of every layer's value.</summary>
    /// <param name="classes">The number of classes; null takes the spec's.</param>
    /// <returns>Shapes by layer name, the batch free.</returns>
    /// <exception cref="SpecException">A layer does not fit what comes in, or the number of classes is unknown.</exception>
    public IReadOnlyDictionary<string, TensorShape> Shapes(int? classes = null) => Plan(classes).Shapes;
}
