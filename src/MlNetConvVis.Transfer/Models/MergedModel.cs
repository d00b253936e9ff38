using System.Text.Json;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Transfer;

/// <summary>One network out of two steps: the frozen layers, and the head that was trained on one of them.</summary>
public static class MergedModel
{
    /// <summary>The name of the output with W x + b: [N, classes].</summary>
    public const string ScoresName = "scores";

    /// <summary>The name of the output with probabilities, of a softmax: [N, classes].</summary>
    public const string ProbabilitiesName = "probabilities";

    /// <summary>Merges them.</summary>
    /// <param name="net">The network; it stays as it is. Layers behind <paramref name="layer"/> are left out.</param>
    /// <param name="layer">The layer whose values the head was trained on.</param>
    /// <param name="head">The head.</param>
    /// <returns>A graph of standard operators with the network's image input and one output: probabilities of a softmax, scores of an SVM. Its metadata tells
    /// preprocessing and class names.</returns>
    /// <exception cref="GraphException">There is no such layer, or it has another number of values than the head takes.</exception>
    public static OnnxGraph Of(ConvNet net, string layer, LinearHead head)
    {
        ArgumentNullException.ThrowIfNull(net);
        ArgumentNullException.ThrowIfNull(head);
        var values = net.ShapeOf(layer).Dims.Skip(1).Aggregate(1L, static (a, d) => a * d.Size);
        if (values != head.Columns)
            throw new GraphException($"Layer '{layer}' has {values} values an image, but the head takes {head.Columns}. Merge it with the layer it was trained on.");
        var frozen = FeatureGraph.Of(net, [layer], switches: false);
        var build = new GraphBuilder(frozen.With(metadata: frozen.Metadata
            .Where(static m => m.Key is not (NetworkMetadata.SpecKey or NetworkMetadata.LayersKey))      // they describe the network with its old head
            .ToDictionary(StringComparer.Ordinal)));
        var classes = head.ClassNames.Count;
        var weights = build.Constant(Free(frozen, "head.weight"), OnnxTensor.Of(head.Weights.Span, classes, head.Columns));
        var bias = build.Constant(Free(frozen, "head.bias"), OnnxTensor.Of(head.Bias.Span, classes));
        var flat = build.Node("Flatten", [new Value(layer)], OnnxAttributes.Of(("axis", 1L)));
        var output = build.Node("Gemm", [flat, weights, bias], OnnxAttributes.Of(("transB", 1L)), Free(frozen, ScoresName));
        if (head.Kind == HeadKind.Softmax) output = build.Node("Softmax", [output], OnnxAttributes.Of(("axis", 1L)), Free(frozen, ProbabilitiesName));
        if (net.Preprocessing is { } preprocessing) build.SetMetadata(ImagePreprocessing.MetadataKey, preprocessing.ToJson());
        build.SetMetadata(NetworkMetadata.ClassesKey, JsonSerializer.Serialize(head.ClassNames));
        var batch = net.ShapeOf(layer)[0];
        return build.ToGraph(new ValueInfo(output.Name, ElementType.Float, new TensorShape(batch, classes)));
    }

    /// <summary>Gets a name that the frozen layers do not use.</summary>
    private static string Free(OnnxGraph graph, string name)
    {
        var free = name;
        for (var number = 2; graph.IsKnown(free); number++) free = $"{name}{number}";
        return free;
    }
}
