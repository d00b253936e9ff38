using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Features;

/// <summary>
/// Makes the deconvnet of a layer a model of its own, for any program that runs ONNX files: Python, a browser, ML.NET's ApplyOnnxModel. In go
/// images, by the network's own name for them, and <c>unit</c>, int64 [N, 3] (see <see cref="ProjectionSeed.Place"/>); out come <c>projection</c>,
/// of the images' shape, <c>activation</c>, float [N], and <c>field</c>, int64 [N, 4]: top, left, height and width of what each unit sees, clamped
/// to the image. Operator set 18, standard operators only.
/// </summary>
public static class ProjectionModel
{
    /// <summary>The metadata key of what the model is: layer, rules, and the SHA-256 of the network it was made from, as JSON.</summary>
    public const string MetadataKey = "convvis.projection";

    /// <summary>Builds the model.</summary>
    /// <param name="net">The network; preprocessing and classes travel on in the metadata.</param>
    /// <param name="layer">The layer; for a softmax the pass starts before it.</param>
    /// <param name="options">The rules.</param>
    /// <param name="batch">How many images each call takes; null to leave that free where the network does.</param>
    /// <returns>The model as a graph; <see cref="Onnx.OnnxFile"/> writes it.</returns>
    /// <exception cref="GraphException">The layer does not exist or cannot be projected, the image's size is free, or the network takes another
    /// batch.</exception>
    public static OnnxGraph Of(ConvNet net, string layer, ReversalOptions options, int? batch = null)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(options);
        var image = net.Image.Shape!;
        if (image.Dims.Skip(1).Any(static d => !d.IsKnown))
            throw new GraphException($"The model takes images {image} of any size; a projection is made for one. Say it with --crop, such as --crop 224.");
        if (batch is { } wanted && image[0] is { IsKnown: true } own && own.Size != wanted)
            throw new GraphException($"The model takes {own.Size} images a call, not {wanted}; leave the batch out, or export the model with a free one.");
        // runs on whatever device
        var graph = FirstMaximum.Lower(ProjectionGraph.Of(net, layer, options.ToRules(), ProjectionSeed.Place, withField: true));
        return graph.With(
            inputs: graph.Inputs.Select(i => Sized(i, batch)),
            outputs: graph.Outputs.Select(o => Sized(o, batch)),
            metadata: Metadata(net, layer, options));
    }

    private static ValueInfo Sized(ValueInfo value, int? batch) => batch is { } size ? value with { Shape = value.Shape!.With(0, size) } : value;

    private static Dictionary<string, string> Metadata(ConvNet net, string layer, ReversalOptions options)
    {
        var metadata = net.Original.Metadata.ToDictionary(StringComparer.Ordinal);
        if (net.Preprocessing is { } preprocessing) metadata[ImagePreprocessing.MetadataKey] = preprocessing.ToJson();
        if (net.Classes is { } classes) metadata[NetworkMetadata.ClassesKey] = JsonSerializer.Serialize(classes);
        metadata[MetadataKey] = JsonSerializer.Serialize(new
        {
            layer = ProjectionGraph.StartOf(net, layer),
            layerShape = net.ShapeOf(ProjectionGraph.StartOf(net, layer)).Dims.Skip(1).Select(static d => d.Size),
            rule = options.Preset,
            overlap = Word(options.Overlap),
            lrn = Word(options.Lrn),
            bias = Word(options.Bias),
            pixels = Word(options.Pixels),
            start = Word(options.Start),
            unit = "channel, row, column; -1 for the strongest",
            networkSha256 = net.Hash,
        });
        return metadata;
    }

    private static string Word<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();
}
