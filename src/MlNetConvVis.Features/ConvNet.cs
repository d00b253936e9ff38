using System.Security.Cryptography;
using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Features;

/// <summary>A convolutional network read from an ONNX file, with what is needed to feed it images and to name what it has learned. Immutable.</summary>
public sealed class ConvNet
{
    private readonly Lazy<OnnxGraph> _graph;
    private readonly Lazy<IReadOnlyDictionary<string, TensorShape>> _shapes;
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>>> _fields;
    private readonly Lazy<IReadOnlyList<LayerInfo>> _layers;

    /// <summary>Wraps a graph.</summary>
    /// <param name="graph">A graph of any operator set that is read.</param>
    /// <param name="preprocessing">How photos become its input; null to take it from the graph's metadata, where it may be missing.</param>
    /// <param name="classes">Class names in the order of the last layer; null to take them from the graph's metadata.</param>
    /// <exception cref="GraphException">The graph has no input [N, C, H, W] of floats, or its metadata is damaged.</exception>
    public ConvNet(OnnxGraph graph, ImagePreprocessing? preprocessing = null, IReadOnlyList<string>? classes = null)
        : this(graph ?? throw new ArgumentNullException(nameof(graph)), ImageInput(graph), preprocessing ?? PreprocessingIn(graph), classes ?? TextsUnder(graph, NetworkMetadata.ClassesKey))
    {
    }

    private ConvNet(OnnxGraph graph, ValueInfo image, ImagePreprocessing? preprocessing, IReadOnlyList<string>? classes)
    {
        (Original, Preprocessing, Classes) = (graph, preprocessing, classes);
        Image = preprocessing is null ? image : Sized(image, preprocessing.Height, preprocessing.Width);
        RefuseOtherSize();
        _graph = new(() => BatchNormalizationFolding.Apply(CanonicalForm.Of(Original.With(inputs: [Image]))));
        _shapes = new(() => ShapeInference.Infer(Graph));
        _fields = new(() => ReceptiveField.Infer(Graph, Image.Name));
        _layers = new(() => LayerTable.Of(this));
    }

    /// <summary>Gets the graph as it was read.</summary>
    public OnnxGraph Original { get; }

    /// <summary>Gets the graph that is computed with: operator set 18, batch normalisation folded into convolutions.</summary>
    /// <exception cref="GraphException">The operator set is too old or too new, or an operator cannot be expressed in the written one.</exception>
    public OnnxGraph Graph => _graph.Value;

    /// <summary>Gets the image input: float, [N, C, H, W].</summary>
    public ValueInfo Image { get; }

    /// <summary>Gets how photos become the input, or null when the model does not say.</summary>
    public ImagePreprocessing? Preprocessing { get; }

    /// <summary>Gets the class names in the order of the last layer, or null when the model does not say.</summary>
    public IReadOnlyList<string>? Classes { get; }

    /// <summary>Gets the file the model came from, or null.</summary>
    public string? File { get; private init; }

    /// <summary>Gets the SHA-256 of the model file in hexadecimal, or null when it came from memory.</summary>
    public string? Hash { get; private init; }

    /// <summary>Gets every layer in order: what <c>inspect</c> prints.</summary>
    public IReadOnlyList<LayerInfo> Layers => _layers.Value;

    /// <summary>Gets the names of a spec's layers in order; empty for foreign models.</summary>
    public IReadOnlyList<string> SpecLayers => TextsUnder(Original, NetworkMetadata.LayersKey) ?? [];

    /// <summary>Reads a model file. What it does not say of its preprocessing and classes is taken from <c>MODEL.yaml</c> beside it, where that is there.</summary>
    /// <param name="path">An ONNX file.</param>
    /// <param name="preprocessing">How photos become its input; null to take it from the model or the file beside it.</param>
    /// <param name="classes">Class names; null to take them from the model or the file beside it.</param>
    /// <returns>The network.</returns>
    /// <exception cref="GraphException">The file cannot be used; the message says why.</exception>
    /// <exception cref="SpecException">The file beside it cannot be used; with line and column.</exception>
    public static ConvNet Load(string path, ImagePreprocessing? preprocessing = null, IReadOnlyList<string>? classes = null)
    {
        var net = new ConvNet(OnnxFile.Read(path), preprocessing, classes) { File = path, Hash = HashOf(path) };
        return net.Preprocessing is not null && net.Classes is not null ? net
            : CompanionFile.Find(path) is { } beside ? net.With(net.Preprocessing ?? beside.Preprocessing(net.Image), net.Classes ?? beside.Classes())
            : net;
    }

    /// <summary>Feeds the same network otherwise, or names its classes otherwise.</summary>
    /// <param name="preprocessing">How photos become its input; null when that is not known.</param>
    /// <param name="classes">Class names; null when they are not known.</param>
    /// <returns>A new network over the same graph.</returns>
    /// <exception cref="GraphException">The preprocessing makes pictures of another size than the network takes.</exception>
    public ConvNet With(ImagePreprocessing? preprocessing, IReadOnlyList<string>? classes) =>
        new(Original, Image, preprocessing, classes) { File = File, Hash = Hash };

    /// <summary>Fixes the rows and columns of a network that takes images of any size.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>A network of that input size; this one where its size is fixed already.</returns>
    public ConvNet OfSize(int height, int width) => Sized(Image, height, width) is var image && image == Image ? this
        : new(Original, image, Preprocessing, Classes) { File = File, Hash = Hash };

    /// <summary>Gets how photos become the input.</summary>
    /// <returns>The preprocessing.</returns>
    /// <exception cref="GraphException">The model does not say, and nobody else did.</exception>
    public ImagePreprocessing RequirePreprocessing() => Preprocessing ?? throw new GraphException(
        $"{Label} does not say how photos become its input (size, crop, mean, scale, channel order). " +
        "Give them by options (--resize, --crop, --mean, --scale, --channels), in a YAML file of the same name beside it, or feed a tensor with --tensor.");

    /// <summary>Finds a layer by its value name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name, checked.</returns>
    /// <exception cref="GraphException">There is no such layer; the message lists near ones.</exception>
    public string RequireLayer(string name)
    {
        if (Graph.ProducerOf(name) is not null) return name;
        if (Original.ProducerOf(name) is not null && Original.UsersOf(name).FirstOrDefault() is { } user)
            throw new GraphException($"Layer '{name}' is computed in one step with '{user.Outputs[0]}' behind it; take that one instead.");
        var near = NearestName.Ranked(name, Graph.Nodes.Select(static n => n.Outputs[0])).Take(5);
        throw new GraphException($"{Label} has no layer '{name}'. Near: {string.Join(", ", near)}. 'convvis inspect' lists all.");
    }

    /// <summary>Gets the shape of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>[N, C, H, W], or [N, C] for fully connected ones.</returns>
    /// <exception cref="GraphException">It could not be worked out.</exception>
    public TensorShape ShapeOf(string layer)
    {
        if (_shapes.Value.TryGetValue(RequireLayer(layer), out var shape)) return shape;
        var unknown = Graph.With(outputs: [new ValueInfo(layer, ElementType.Float, null)]).WithoutUnused().Nodes.First(n => !_shapes.Value.ContainsKey(n.Outputs[0]));
        throw new GraphException(
            $"{Label} has the layer '{layer}', but its shape could not be worked out, because operator '{unknown.OpType}' at '{unknown.Label}' is not known. Choose an earlier layer.");
    }

    /// <summary>Gets the receptive field of a layer along the image's height and width.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Height first, then width.</returns>
    public IReadOnlyList<FieldAxis> FieldOf(string layer) => _fields.Value[RequireLayer(layer)];

    internal string Label => File is null ? "The model" : $"Model '{File}'";

    private static ValueInfo Sized(ValueInfo image, int height, int width) => image with
    {
        Shape = new TensorShape(image.Shape!.Dims.Select((d, axis) => d.IsKnown ? d : axis switch { 2 => height, 3 => width, _ => d })),
    };

    private static ValueInfo ImageInput(OnnxGraph graph)
    {
        var images = graph.Inputs.Where(static i => i.Type == ElementType.Float && i.Shape?.Rank == 4).ToArray();
        return images.Length == 1 && graph.Inputs.Count == 1 ? images[0] : throw new GraphException(
            $"The model has the inputs {string.Join(", ", graph.Inputs.Select(static i => $"'{i.Name}' {i.Type} {i.Shape}"))}; one image input [N, C, H, W] of floats was wanted.");
    }

    private static ImagePreprocessing? PreprocessingIn(OnnxGraph graph)
    {
        if (!graph.Metadata.TryGetValue(ImagePreprocessing.MetadataKey, out var json)) return null;
        try
        {
            return ImagePreprocessing.FromJson(json);
        }
        catch (FormatException e)
        {
            throw new GraphException($"The model's metadata '{ImagePreprocessing.MetadataKey}' is damaged: {e.Message}", e);
        }
    }

    private static string[]? TextsUnder(OnnxGraph graph, string key)
    {
        if (!graph.Metadata.TryGetValue(key, out var json)) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(json);
        }
        catch (JsonException e)
        {
            throw new GraphException($"The model's metadata '{key}' is no JSON list of texts: {e.Message}", e);
        }
    }

    private static string HashOf(string path)
    {
        using var file = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private void RefuseOtherSize()
    {
        if (Preprocessing is not { } p || Image.Shape is not { } shape) return;
        if (shape[1] is { IsKnown: true, Size: not 3 })
            throw new GraphException($"The model takes images {shape} (N,C,H,W), but preprocessing makes pictures of three channels. Feed it tensors instead.");
        if (shape[2] is { IsKnown: true } height && shape[3] is { IsKnown: true } width && (height.Size != p.Height || width.Size != p.Width))
            throw new GraphException($"The model takes images {shape} (N,C,H,W), but the preprocessing makes {p.Height}x{p.Width}. Crop to {height}x{width}.");
    }
}
