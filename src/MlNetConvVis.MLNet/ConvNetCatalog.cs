using Microsoft.ML;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.MLNet;

/// <summary>
/// Convolutional networks in ML.NET pipelines: <c>ml.Transforms.ExtractConvFeatures(...)</c>, <c>ml.Transforms.ProjectToPixels(...)</c>. The
/// device is the one of the context (<see cref="MLContext.GpuDeviceId"/>, <see cref="MLContext.FallbackToCpu"/>).
/// </summary>
/// <remarks>
/// Each builds an ONNX graph of its own and gives it to ML.NET's OnnxTransformer, so a saved model needs no code of ours: any program with
/// Microsoft.ML.OnnxTransformer can load it.
/// </remarks>
public static class ConvNetCatalog
{
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
        CheckArguments(catalog, outputColumnName, inputColumnName, net, layer);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { [net.Image.Name] = inputColumnName, [layer] = outputColumnName };
        return new ConvNetEstimator(catalog, ColumnGraph.Of(FeatureGraph.Of(net, [layer], switches: false), columns));
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
        CheckArguments(catalog, outputColumnName, inputColumnName, net, layer);
        var wanted = options ?? new PixelProjectionOptions();
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
        return new ConvNetEstimator(catalog, ColumnGraph.Of(graph, columns));
    }

    private static void CheckArguments(TransformsCatalog catalog, string outputColumnName, string inputColumnName, ConvNet net, string layer)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(net);
        ArgumentException.ThrowIfNullOrWhiteSpace(layer);
    }
}
