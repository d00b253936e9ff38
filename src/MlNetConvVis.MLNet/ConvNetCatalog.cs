using System.ComponentModel.DataAnnotations;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.MLNet.Batching;
using MlNetConvVis.MLNet.Images;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.MLNet;

/// <summary>
/// Convolutional networks in ML.NET pipelines: <c>ml.Transforms.LoadConvNetImages(...)</c>, <c>ml.Transforms.ExtractConvFeatures(...)</c>,
/// <c>ml.Transforms.ProjectToPixels(...)</c>. The device is the one of the context (<see cref="MLContext.GpuDeviceId"/>,
/// <see cref="MLContext.FallbackToCpu"/>).
/// </summary>
/// <remarks>
/// Each builds an ONNX graph of its own. Data goes through it in batches; what is saved is ML.NET's OnnxTransformer over the same graph, so any
/// program with Microsoft.ML.OnnxTransformer can load features and projections. Images from files load where this assembly can be found.
/// </remarks>
public static class ConvNetCatalog
{
    private const string MakePixels =
        "Make it with LoadConvNetImages from files, or with ML.NET's LoadImages, ResizeImages and ExtractPixels as the network wants it.";

    /// <summary>Makes a column with images from files as the network takes them: decoded, resized, cropped and normalised as its preprocessing says.
    /// Files are decoded side by side.</summary>
    /// <param name="catalog">The context's transforms.</param>
    /// <param name="outputColumnName">The new column: a vector of <see cref="float"/>, [C, H, W].</param>
    /// <param name="inputColumnName">The column with the files' paths, a text.</param>
    /// <param name="net">The network; only its preprocessing is used.</param>
    /// <param name="imageFolder">The folder that relative paths start from; null for the working directory.</param>
    /// <param name="batchSize">How many files are read ahead and decoded side by side.</param>
    /// <returns>The estimator. Reading data through it stops at the first file that is no image, and names it.</returns>
    /// <exception cref="GraphException">The network does not say how photos become its input.</exception>
    public static ConvNetEstimator LoadConvNetImages(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, ConvNet net, string? imageFolder = null, int batchSize = 32)
    {
        CheckArguments(catalog, outputColumnName, inputColumnName, net);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return ImageFiles.Estimator(catalog, outputColumnName, inputColumnName, new PhotoFolder(net.RequirePreprocessing(), imageFolder), batchSize);
    }

    /// <summary>Makes a column with the activations of a layer.</summary>
    /// <param name="catalog">The context's transforms.</param>
    /// <param name="outputColumnName">The new column: a vector of <see cref="float"/>, of the layer's shape with one row, [1, C, H, W] or [1, C].</param>
    /// <param name="inputColumnName">The image's column: a vector of <see cref="float"/> of C*H*W elements, channel by channel, preprocessed as the network
    /// wants it.</param>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layer">The layer, by its name in the network.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="GraphException">There is no such layer; the message lists near ones.</exception>
    public static ConvNetEstimator ExtractConvFeatures(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, ConvNet net, string layer)
    {
        CheckArguments(catalog, outputColumnName, inputColumnName, net);
        ArgumentException.ThrowIfNullOrWhiteSpace(layer);
        return catalog.ExtractConvFeatures(inputColumnName, net, new ConvFeaturesOptions
        {
            Layers = new Dictionary<string, string> { [outputColumnName] = layer },
        });
    }

    /// <summary>Makes columns with the activations of several layers, and with the switches of max-poolings, from one forward pass.</summary>
    /// <param name="catalog">The context's transforms.</param>
    /// <param name="inputColumnName">The image's column: a vector of <see cref="float"/> of C*H*W elements, channel by channel, preprocessed as the network
    /// wants it.</param>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="options">Which layers become which columns. The vectors of layers that name the network's classes have them as slot names.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="GraphException">There is no such layer, a layer for switches is no max-pooling, or two columns have one name.</exception>
    public static ConvNetEstimator ExtractConvFeatures(this TransformsCatalog catalog, string inputColumnName, ConvNet net, ConvFeaturesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckArguments(catalog, options.Layers.Keys.Concat(options.Switches.Keys).FirstOrDefault() ?? "", inputColumnName, net);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var graph = LayerColumns.Of(net, inputColumnName, options);
        var names = options.Layers.Where(l => LayerColumns.NamesClasses(net, l.Value))
            .ToDictionary(static l => l.Key, _ => net.Classes!, StringComparer.Ordinal);
        return Over(catalog, graph, names, options.BatchSize, Pixels(graph, inputColumnName, net));
    }

    /// <summary>Makes a column with the projection of one unit of a layer down to pixels: the deconvnet of Zeiler and Fergus (2013, section 2.1).</summary>
    /// <param name="catalog">The context's transforms.</param>
    /// <param name="outputColumnName">The new column: a vector of <see cref="float"/> of the image's shape with one row, [1, C, H, W].</param>
    /// <param name="inputColumnName">The image's column: a vector of <see cref="float"/> of C*H*W elements, channel by channel, preprocessed as the network
    /// wants it.</param>
    /// <param name="net">The network; it stays as it is.</param>
    /// <param name="layer">The layer, by its name in the network; for a softmax the pass starts before it.</param>
    /// <param name="options">Which unit, by which rules; null for the layer's strongest unit by the paper's rules.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="GraphException">There is no such layer or channel, or two columns have one name.</exception>
    /// <exception cref="UnsupportedOperatorException">An operator before the layer has no reversal rule.</exception>
    public static ConvNetEstimator ProjectToPixels(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, ConvNet net, string layer, PixelProjectionOptions? options = null)
    {
        CheckArguments(catalog, outputColumnName, inputColumnName, net);
        ArgumentException.ThrowIfNullOrWhiteSpace(layer);
        var wanted = options ?? new PixelProjectionOptions();
        Validator.ValidateObject(wanted, new ValidationContext(wanted), validateAllProperties: true);
        var seed = wanted.UnitColumnName is null ? ProjectionSeed.Strongest(wanted.Channel) : ProjectionSeed.Unit;
        var graph = ProjectionGraph.Of(net, layer, wanted.Rules, seed);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [net.Image.Name] = inputColumnName, [ProjectionGraph.ProjectionName] = outputColumnName,
        };
        if (wanted.UnitColumnName is { } unitColumn) columns[ProjectionGraph.UnitName] = unitColumn;
        if (wanted.ActivationColumnName is { } activationColumn)
            columns[ProjectionGraph.ActivationName] = activationColumn;
        else
            graph = graph.With(outputs: graph.Outputs.Where(static o => o.Name == ProjectionGraph.ProjectionName)).WithoutUnused();
        var named = ColumnGraph.Named(graph, columns);
        List<WantedColumn> inputs = [Pixels(named, inputColumnName, net)];
        if (wanted.UnitColumnName is { } unit)
            inputs.Add(new WantedColumn(unit, NumberDataViewType.Int64, 1, "It names the unit: its place in the layer's flattened activations."));
        return Over(catalog, named, new Dictionary<string, IReadOnlyList<string>>(), wanted.BatchSize, [.. inputs]);
    }

    /// <summary>Makes the estimator of a graph that is named like columns.</summary>
    internal static ConvNetEstimator Over(
        TransformsCatalog catalog, OnnxGraph named, IReadOnlyDictionary<string, IReadOnlyList<string>> slotNames, int batchSize, params WantedColumn[] inputs)
    {
        string[] made = [.. named.Outputs.Select(static o => o.Name)];
        string[] read = [.. named.Inputs.Select(static i => i.Name)];
        return new ConvNetEstimator(
            inputs,
            () => new StockEstimator(
                catalog, ColumnGraph.OneRow(named, slotNames), file => ContextEnvironment.TransformsOnDevice(catalog).ApplyOnnxModel(made, read, file)),
            () => new GraphComputation(named, ContextEnvironment.Settings(catalog), batchSize));
    }

    private static WantedColumn Pixels(OnnxGraph named, string column, ConvNet net)
    {
        var shape = named.Inputs.First(i => i.Name == column).Shape!;
        var length = shape.Dims.Skip(1).All(static d => d.IsKnown) ? (int)shape.Dims.Skip(1).Aggregate(1L, static (n, d) => n * d.Size)
            : throw new GraphException($"The network takes images of any size ({shape}), but a column has one: fix it with net.OfSize(height, width).");
        return new WantedColumn(column, NumberDataViewType.Single, length, $"The network takes images {net.Image.Shape} ({net.Axes}). {MakePixels}");
    }

    private static void CheckArguments(TransformsCatalog catalog, string outputColumnName, string inputColumnName, ConvNet net)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(net);
    }
}
