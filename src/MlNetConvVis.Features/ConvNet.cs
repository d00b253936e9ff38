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
    private readonly ValueInfo _declared;
    private readonly Lazy<OnnxGraph> _whole;
    private readonly Lazy<OnnxGraph> _graph;
    private readonly Lazy<IReadOnlyDictionary<string, TensorShape>> _shapes;
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>>> _fields;
    private readonly Lazy<IReadOnlyDictionary<string, (int Rows, int Columns)>> _orders;
    private readonly Lazy<IReadOnlyList<LayerInfo>> _layers;

    /// <summary>Wraps a graph.</summary>
    /// <param name="graph">A graph of any operator set that is read.</param>
    /// <param name="preprocessing">How photos become its input; null to take it from the graph's metadata, where it may be missing.</param>
    /// <param name="classes">Class names in the order of the last layer; null to take them from the graph's metadata.</param>
    /// <exception cref="GraphException">The graph has no input [N, C, H, W] of floats, or its metadata is damaged.</exception>
    public ConvNet(OnnxGraph graph, ImagePreprocessing? preprocessing = null, IReadOnlyList<string>? classes = null)
        : this(graph ?? throw new ArgumentNullException(nameof(graph)), ImageInput(graph), preprocessing ?? PreprocessingIn(graph),
            classes ?? TextsUnder(graph, NetworkMetadata.ClassesKey))
    {
    }

    private ConvNet(OnnxGraph graph, ValueInfo image, ImagePreprocessing? preprocessing, IReadOnlyList<string>? classes)
    {
        Axes = ImageAxes.Of(graph, image);
        (Original, Classes) = (graph, classes);
        Preprocessing = preprocessing is null ? null : preprocessing with { Layout = Axes == ImageAxes.Nhwc ? TensorLayout.Nhwc : TensorLayout.Nchw };
        _declared = preprocessing is null ? image : Sized(image, preprocessing.Height, preprocessing.Width);
        RefuseOtherSize();
        _whole = new(() => BatchFreeing.Apply(CanonicalForm.Of(Original.With(inputs: [_declared])), _declared.Name));
        _graph = new(() => BatchNormalizationFolding.Apply(_whole.Value));
        _shapes = new(() => ShapeInference.Infer(Graph));
        _fields = new(() => ReceptiveField.Infer(Graph, Image.Name, Axes));
        _orders = new(() => ReceptiveField.Orders(Graph, Image.Name, Axes));
        _layers = new(() => LayerTable.Of(this));
    }

    /// <summary>Gets the graph as it was read.</summary>
    public OnnxGraph Original { get; }

    /// <summary>Gets the graph that is computed with: operator set 18, float32, batch normalisation folded into convolutions, the batch free wherever it can be
    /// freed.</summary>
    /// <exception cref="GraphException">The operator set is too old or too new, or an operator cannot be expressed in the written one.</exception>
    public OnnxGraph Graph => _graph.Value;

    /// <summary>Gets the image input: float, [N, C, H, W], or in the order of <see cref="Axes"/>. N is fixed only where the network cannot do
    /// without.</summary>
    /// <exception cref="GraphException">The operator set is too old or too new, or an operator cannot be expressed in the written one.</exception>
    public ValueInfo Image => Graph.Inputs[0];

    /// <summary>Gets which axes of the image input are channels, rows and columns: <see cref="ImageAxes.Nchw"/>, or <see cref="ImageAxes.Nhwc"/> for most Keras
    /// models.</summary>
    public ImageAxes Axes { get; }

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

    /// <summary>Reads a model file. What it does not say of its preprocessing and classes is taken from <c>MODEL.yaml</c> beside it, where that is
    /// there.</summary>
    /// <param name="path">An ONNX file.</param>
    /// <param name="preprocessing">How photos become its input; null to take it from the model or the file beside it.</param>
    /// <param name="classes">Class names; null to take them from the model or the file beside it.</param>
    /// <returns>The network.</returns>
    /// <exception cref="GraphException">The file cannot be used, or there are more or fewer names than classes; the message says why.</exception>
    /// <exception cref="SpecException">The file beside it cannot be used; with line and column.</exception>
    public static ConvNet Load(string path, ImagePreprocessing? preprocessing = null, IReadOnlyList<string>? classes = null)
    {
        var net = new ConvNet(OnnxFile.Read(path), preprocessing, classes) { File = path, Hash = HashOf(path) };
        if (classes is not null) ClassNames.EnsureFit(net);
        return net.Preprocessing is not null && net.Classes is not null ? net
            : CompanionFile.Find(path) is { } beside
            ? net.With(net.Preprocessing ?? beside.Preprocessing(net._declared, net.Axes), net.Classes ?? beside.Classes())
            : net;
    }

    /// <summary>Feeds the same network otherwise, or names its classes otherwise.</summary>
    /// <param name="preprocessing">How photos become its input; null when that is not known.</param>
    /// <param name="classes">Class names; null when they are not known.</param>
    /// <returns>A new network over the same graph.</returns>
    /// <exception cref="GraphException">The preprocessing makes pictures of another size than the network takes, or there are more or fewer names than
    /// classes.</exception>
    public ConvNet With(ImagePreprocessing? preprocessing, IReadOnlyList<string>? classes)
    {
        var net = new ConvNet(Original, _declared, preprocessing, classes) { File = File, Hash = Hash };
        if (classes is not null && classes != Classes) ClassNames.EnsureFit(net);
        return net;
    }

    /// <summary>Fixes the rows and columns of a network that takes images of any size.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>A network of that input size; this one where its size is fixed already.</returns>
    public ConvNet OfSize(int height, int width) => Sized(_declared, height, width) is var image && image.Shape!.Equals(_declared.Shape) ? this
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
        var unknown = Graph.With(outputs: [new ValueInfo(layer, ElementType.Float, null)]).WithoutUnused()
            .Nodes.First(n => !_shapes.Value.ContainsKey(n.Outputs[0]));
        throw new GraphException(
            $"{Label} has the layer '{layer}', but its shape could not be worked out, " +
                $"because operator '{unknown.OpType}' at '{unknown.Label}' is not known. Choose an earlier layer.");
    }

    /// <summary>Gets the receptive field of a layer along the image's height and width.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Height first, then width.</returns>
    /// <exception cref="GraphException">The layer does not depend on the image, or its axes are not channels, rows, columns.</exception>
    public IReadOnlyList<FieldAxis> FieldOf(string layer)
    {
        if (!_fields.Value.TryGetValue(RequireLayer(layer), out var field))
            throw new GraphException($"Layer '{layer}' is not computed from the image; choose another.");
        EnsureOrdered(layer);
        return field;
    }

    /// <summary>Brings one image, or its projection, from the model's order to channels, rows, columns.</summary>
    /// <param name="image">Values in the order of <see cref="Axes"/>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>The values, [C, H, W]; the same ones where that is the model's order.</returns>
    public ReadOnlySpan<float> ChannelsFirst(ReadOnlySpan<float> image, int height, int width)
    {
        if (Axes == ImageAxes.Nchw) return image;
        var planes = new float[image.Length];
        Axes.Copy(image, height, width, ImageAxes.Nchw, planes);
        return planes;
    }

    /// <summary>Gets the graph before batch normalisation was folded, from which parameters are counted.</summary>
    internal OnnxGraph Whole => _whole.Value;

    internal string Label => File is null ? "The model" : $"Model '{File}'";

    /// <summary>Refuses a layer of four axes that are not channels, rows and columns in this order: its units would be taken for others.</summary>
    internal void EnsureOrdered(string layer)
    {
        if (OtherOrderOf(layer) is not { } order) return;
        var layers = Graph.Nodes.Select(static n => n.Outputs[0]).ToList();
        var at = layers.IndexOf(layer);
        var near = layers.Take(at).Reverse().Concat(layers.Skip(at + 1)).FirstOrDefault(l => HasPlaces(l) && OtherOrderOf(l) is null);
        throw new GraphException($"Layer '{layer}' lies {order}, but units are told apart by channel, row and column in this order." +
            (near is null ? "" : $" Choose '{near}', the nearest that does."));
    }

    /// <summary>Gets the order of a layer's axes where its rows and columns are not its last ones; null for others, and where the image's size is
    /// free.</summary>
    internal string? OtherOrderOf(string layer)
    {
        if (!HasPlaces(layer)) return null;
        var (rows, columns) = _orders.Value[layer];
        if (rows is -1 or 2 && columns is -1 or 3) return null;
        var names = Enumerable.Range(0, 4).Select(axis => axis == 0 ? "N" : axis == rows ? "rows" : axis == columns ? "columns" : "channels");
        return $"[{string.Join(", ", names)}]";
    }

    /// <summary>Gets how many scores the network's one output has for each image; null where it is no list of scores.</summary>
    internal long? ScoreCount => Graph.Outputs is [var only] && _shapes.Value.TryGetValue(only.Name, out var shape) && shape.Rank >= 2
        && shape.Dims.Skip(2).All(static d => d.IsKnown && d.Size == 1) && shape[1].IsKnown ? shape[1].Size : null;

    /// <summary>Whether a layer has four axes and is known to be computed from the image.</summary>
    private bool HasPlaces(string layer) => Image.Shape![Axes.Rows].IsKnown && Image.Shape[Axes.Columns].IsKnown
        && _shapes.Value.TryGetValue(layer, out var shape) && shape.Rank == 4 && _orders.Value.ContainsKey(layer);

    private ValueInfo Sized(ValueInfo image, int height, int width) => image with
    {
        Shape = new TensorShape(image.Shape!.Dims.Select((d, axis) => d.IsKnown ? d : axis == Axes.Rows ? height : axis == Axes.Columns ? width : d)),
    };

    private static ValueInfo ImageInput(OnnxGraph graph)
    {
        var images = graph.Inputs.Where(static i => i.Type is ElementType.Float or ElementType.Float16 or ElementType.BFloat16 or ElementType.Double
            && i.Shape?.Rank == 4).ToArray();
        return images.Length == 1 && graph.Inputs.Count == 1 ? images[0] : throw new GraphException(
            $"The model has the inputs {string.Join(", ", graph.Inputs.Select(static i => $"'{i.Name}' {i.Type} {i.Shape}"))}; " +
                "one image input [N, C, H, W] of floats was wanted.");
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
        if (Preprocessing is not { } p || _declared.Shape is not { } shape) return;
        if (Axes != ImageAxes.Nchw && Axes != ImageAxes.Nhwc)
            throw new GraphException($"The model takes images {shape} ({Axes}), but preprocessing makes N,C,H,W or N,H,W,C. Feed it tensors instead.");
        if (shape[Axes.Channels] is { IsKnown: true } channels && channels.Size != p.ChannelCount)
        {
            throw new GraphException(
                $"The model takes images {shape} ({Axes}), but the preprocessing makes {(p.ChannelCount == 1 ? "one channel" : "three channels")}. " +
                (channels.Size is 1 or 3 ? $"Its channels must be {(channels.Size == 1 ? "grey" : "RGB or BGR")}." : "Feed it tensors instead."));
        }

        if (shape[Axes.Rows] is { IsKnown: true } height && shape[Axes.Columns] is { IsKnown: true } width
            && (height.Size != p.Height || width.Size != p.Width))
        {
            throw new GraphException($"The model takes images {shape} ({Axes}), but the preprocessing makes {p.Height}x{p.Width}. Crop to {height}x{width}.");
        }
    }
}
