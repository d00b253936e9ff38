using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Writes contrast normalisation, ONNX's LRN, y = x * s^-beta with s = bias + alpha/size * (sum of x^2 over neighbouring channels), in operators that runtimes
/// compute many values at a time: the sum as a convolution of one place whose weights are a band, the power by square roots. ONNX Runtime's own LRN on the
/// processor calls a power function for every value, which takes as long as a large convolution.
/// </summary>
public static class ContrastNormalization
{
    private const long MostChannels = 1024;

    /// <summary>Rewrites every LRN whose power is 1/2, 3/4 (the paper's and everybody's) or 1; others stay.</summary>
    /// <param name="graph">A graph.</param>
    /// <returns>A graph that computes the same to rounding; values keep their names.</returns>
    public static OnnxGraph Lower(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!graph.Nodes.Any(static n => n.OpType == "LRN")) return graph;
        var shapes = ShapeInference.Infer(graph);
        return graph.Rewritten((build, node) => Normalised(build, node, shapes));
    }

    private static Value? Normalised(GraphBuilder build, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        if (node.OpType != "LRN" || node.Domain.Length > 0) return null;
        if (!shapes.TryGetValue(node.Inputs[0], out var shape) || shape.Rank != 4 || shape[1] is not { IsKnown: true, Size: <= MostChannels } channels)
            return null;
        var beta = node.Attributes.Float("beta", 0.75f);
        if (beta is not (0.5f or 0.75f or 1f)) return null;
        var x = new Value(node.Inputs[0]);
        var scale = build.Node("Conv", [build.Mul(x, x), Band(build, node, (int)channels.Size), Bias(build, node, (int)channels.Size)],
            OnnxAttributes.Of(("kernel_shape", new[] { 1L, 1L })));
        if (beta == 1) return build.Div(x, scale);
        var root = build.Node("Sqrt", [scale]);
        return build.Div(x, beta == 0.5f ? root : build.Mul(root, build.Node("Sqrt", [root])));
    }

    /// <summary>Weights [C, C, 1, 1] that add channels c - (size-1)/2 … c + size/2, each times alpha/size.</summary>
    private static Value Band(GraphBuilder build, OnnxNode node, int channels)
    {
        var size = (int)node.Attributes.Int("size", 1);
        var share = node.Attributes.Float("alpha", 1e-4f) / size;
        var weights = new float[channels * channels];
        for (var c = 0; c < channels; c++)
        {
            for (var k = Math.Max(0, c - ((size - 1) / 2)); k <= Math.Min(channels - 1, c + (size / 2)); k++) weights[(c * channels) + k] = share;
        }

        return build.Shared(OnnxTensor.Of(weights, channels, channels, 1, 1));
    }

    private static Value Bias(GraphBuilder build, OnnxNode node, int channels) =>
        build.Shared(OnnxTensor.Of([.. Enumerable.Repeat(node.Attributes.Float("bias", 1), channels)], channels));
}
