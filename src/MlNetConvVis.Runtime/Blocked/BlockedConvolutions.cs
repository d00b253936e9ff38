using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Runtime.Blocked;

/// <summary>
/// Writes convolutions in ONNX Runtime's blocked layout for processors (domain com.microsoft.nchwc), in which the channels of a place lie together in
/// blocks that fill a vector register. The runtime does so by itself where weights are constants. In training they are not, and its plain convolution takes
/// twice as long. So what it does to constant weights when it opens a model is done here by operators, at every run:
/// [O, C, h, w] become [O/B, C/B, h, w, B of C, B of O].
/// </summary>
internal static class BlockedConvolutions
{
    private const string Domain = "com.microsoft.nchwc";

    /// <summary>Rewrites convolutions with blocks of this processor's size; a runtime that has none keeps its plain ones.</summary>
    public static OnnxGraph Lower(OnnxGraph graph) => graph.Nodes.Any(n => IsConvolution(graph, n)) ? Lower(graph, BlockSize.OfProcessor) : graph;

    /// <summary>Rewrites every convolution of computed weights that fits into blocks, and every transposed one of step 1, as a convolution.</summary>
    /// <param name="graph">A graph in the written operator set.</param>
    /// <param name="block">The channels of a block; 0 changes nothing.</param>
    /// <returns>A graph that computes the same to rounding; values keep their names.</returns>
    public static OnnxGraph Lower(OnnxGraph graph, int block)
    {
        if (block == 0) return graph;
        var shapes = ShapeInference.Infer(graph);
        return graph.Rewritten((build, node) => IsConvolution(graph, node) ? Blocked(build, node, shapes, block) : null);
    }

    private static bool IsConvolution(OnnxGraph graph, OnnxNode node) => node.Attributes.Int("group", 1) == 1
        && (WeightGradient.Is(node) || (node is { OpType: "Conv" or "ConvTranspose", Domain: "" } && !graph.IsConstant(node.Inputs[1])));

    private static Value? Blocked(GraphBuilder build, OnnxNode node, IReadOnlyDictionary<string, TensorShape> shapes, int block)
    {
        if (!shapes.TryGetValue(node.Inputs[0], out var input)) return null;
        if (WeightGradient.Is(node)) return Gradient(build, node, input, block);
        if (!shapes.TryGetValue(node.Inputs[1], out var weights)) return null;
        if (input.Rank != 4 || !weights.Dims.All(static d => d.IsKnown) || !input.Dims.Skip(2).All(static d => d.IsKnown)) return null;
        var window = WindowGeometry.Of(node, input, weights);
        var filters = new Filters(weights.Known(0), weights.Known(1), weights.Known(2) * weights.Known(3), block);
        return node.OpType == "Conv" ? Forward(build, node, window, filters) : Backward(build, node, window, filters);
    }

    private static Value? Forward(GraphBuilder build, OnnxNode node, WindowGeometry window, Filters filters)
    {
        if (!filters.MapsFit || !(filters.ChannelsFit || filters.AreFewChannels)) return null;
        var (x, weights) = (new Value(node.Inputs[0]), new Value(node.Inputs[1]));
        var taken = filters.AreFewChannels ? x : Reordered(build, x);
        var given = filters.AreFewChannels ? filters.OfPlainInput(build, weights) : filters.Forward(build, weights);
        Value? bias = node.Input(2) is { } name ? new Value(name) : null;
        return Convolution(build, [taken, build.Reshape(given, [filters.Maps, filters.Channels, .. window.Kernel]), bias], window, window.Pads, filters.Maps);
    }

    /// <summary>With step 1 the transposed convolution is the convolution with turned filters whose maps and channels change places.</summary>
    private static Value? Backward(GraphBuilder build, OnnxNode node, WindowGeometry window, Filters filters)
    {
        if (!filters.MapsFit || !filters.ChannelsFit || node.Input(2) is not null || window.Strides.Any(static s => s != 1)) return null;
        long[] reach = [.. window.Kernel.Zip(window.Dilations, static (kernel, dilation) => (kernel - 1) * dilation)];
        long[] begin = [.. reach.Zip(window.PadsBegin, static (all, pad) => all - pad)];
        long[] end = [.. window.InputSizes.Select((size, a) => size - window.OutputSizes[a] + reach[a] - begin[a])];
        if (begin.Concat(end).Any(static p => p < 0)) return null;
        var given = build.Reshape(filters.Backward(build, new Value(node.Inputs[1])), [filters.Channels, filters.Maps, .. window.Kernel]);
        return Convolution(build, [Reordered(build, new Value(node.Inputs[0])), given], window, [.. begin, .. end], filters.Channels);
    }

    /// <summary>
    /// The gradient of the weights is a convolution too: channels are its images, images its channels, and the signal, as large as the maps, is its window.
    /// </summary>
    private static Value? Gradient(GraphBuilder build, OnnxNode node, TensorShape input, int block)
    {
        var maps = node.Attributes.Int("maps", 1);
        if (input.Rank != 4 || !input[0].IsKnown || input.Known(0) % block != 0 || maps % block != 0) return null;
        var (images, window) = (input.Known(0), WeightGradient.WindowOf(node));
        if (window.OutputSizes.All(static s => s == 1)) return null;
        var byChannel = Reordered(build, build.Transpose(new Value(node.Inputs[0]), 1, 0, 2, 3));
        var met = Padded(build, byChannel, window, images, block);
        var places = OnnxTensor.Product(window.OutputSizes);
        var signal = build.Reshape(Reordered(build, new Value(node.Inputs[1])), images / block, block, maps / block, places, block);
        var filters = build.Reshape(build.Transpose(signal, 2, 0, 3, 1, 4), [maps, images, .. window.OutputSizes]);
        var turned = window with
        {
            Kernel = window.OutputSizes,
            Strides = window.Dilations,
            Dilations = window.Strides,
        };
        return build.Transpose(Convolution(build, [met, filters], turned, [0, 0, 0, 0], maps), 1, 0, 2, 3);
    }

    /// <summary>Pads [images, channels, height, width] that lies in blocks up to where the last windows end: rows there are runs of width times block.</summary>
    private static Value Padded(GraphBuilder build, Value x, WindowGeometry window, long channels, int block)
    {
        var (top, left, bottom, right) = (window.PadsBegin[0], window.PadsBegin[1], window.Overhang(0), window.Overhang(1));
        if (top == 0 && left == 0 && bottom == 0 && right == 0) return x;
        var (height, width) = (window.InputSizes[0], window.InputSizes[1]);
        var rows = build.Reshape(x, -1, channels / block, height, width * block);
        var padded = build.Node("Pad", [rows, build.Longs(0, 0, top, left * block, 0, 0, bottom, right * block)]);
        return build.Reshape(padded, -1, channels, top + height + bottom, left + width + right);
    }

    private static Value Reordered(GraphBuilder build, Value x) =>
        build.Node("ReorderInput", [x], OnnxAttributes.Of(("channels_last", 0L)), domain: Domain);

    private static Value Convolution(GraphBuilder build, IReadOnlyList<Value?> inputs, WindowGeometry window, long[] pads, long maps)
    {
        var attributes = OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", pads),
            ("group", 1L));
        var blocked = build.Node("Conv", inputs, attributes, domain: Domain);
        return build.Node("ReorderOutput", [blocked], OnnxAttributes.Of(("channels", maps), ("channels_last", 0L)), domain: Domain);
    }
}
