using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>
/// The gradient of a convolution's weights, dW[o,c,k] = sum over n, p of g[n,o,p] * x[n, c, p*stride + k*dilation - pad]. ONNX has no operator for it, and
/// which operators compute it fastest depends on device and runtime. So a graph holds it as one node of a domain of our own until a session is opened:
/// inputs x [N, C, spatial] and g [N, O, spatial], output [O, C/groups, kernel], attributes those of the convolution, and <c>maps</c>,
/// <c>channels</c> (of a group) and <c>sizes</c>, the spatial sizes of x.
/// </summary>
public static class WeightGradient
{
    /// <summary>The operator's name.</summary>
    public const string Operator = "ConvWeightGradient";

    private const string Domain = "mlnetconvvis.training";

    /// <summary>With fewer input channels the cuts are joined before they are multiplied: a product of so few columns would only wait for memory.</summary>
    private const int FewChannels = 16;

    /// <summary>Gets whether a node is such a gradient.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True for those that <see cref="Lower"/> rewrites.</returns>
    public static bool Is(OnnxNode node) => node is { OpType: Operator, Domain: Domain };

    /// <summary>Works out the geometry of the convolution.</summary>
    /// <param name="gradient">The node.</param>
    /// <returns>The convolution's geometry.</returns>
    public static WindowGeometry WindowOf(OnnxNode gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return WindowGeometry.Of(gradient with { OpType = "Conv" }, TensorShape.Of([1, 1, .. gradient.Attributes.Ints("sizes")!]));
    }

    /// <summary>
    /// Writes every gradient in standard operators: for each element of the window a matrix product of the signal with a strided cut of the padded input.
    /// Images are the last axis there, so that a cut copies long runs of memory.
    /// </summary>
    /// <param name="graph">A graph in the written operator set.</param>
    /// <returns>A graph of standard operators; values keep their names.</returns>
    public static OnnxGraph Lower(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (!graph.Nodes.Any(Is)) return graph;
        return graph.Rewritten(static (build, node) => Is(node) ? Products(build, node, WindowOf(node)) : null);
    }

    internal static Value Node(GraphBuilder build, Value x, Value signal, WindowGeometry window, TensorShape weights, long groups) =>
        build.Node(Operator, [x, signal], OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", window.Pads),
            ("group", groups),
            ("sizes", window.InputSizes.ToArray()),
            ("maps", weights.Known(0)),
            ("channels", weights.Known(1))), domain: Domain);

    private static Value Products(GraphBuilder build, OnnxNode node, WindowGeometry window)
    {
        var groups = node.Attributes.Int("group", 1);
        var (channels, maps) = (node.Attributes.Int("channels", 1), node.Attributes.Int("maps", 1) / groups);
        var padded = Padded(build, ImagesLast(build, new Value(node.Inputs[0]), window.Rank), window);
        var signal = ImagesLast(build, new Value(node.Inputs[1]), window.Rank);
        var parts = Enumerable.Range(0, (int)groups).Select(group => ProductsOfGroup(
            build,
            groups == 1 ? padded : build.Slice(padded, [0], [group * channels], [(group + 1) * channels]),
            groups == 1 ? signal : build.Slice(signal, [0], [group * maps], [(group + 1) * maps]),
            window,
            (channels, maps)));
        return build.Concat(0, [.. parts]);
    }

    /// <summary>From [N, C, spatial] to [C, spatial, N].</summary>
    private static Value ImagesLast(GraphBuilder build, Value x, int rank) =>
        build.Transpose(x, [1, .. Enumerable.Range(2, rank).Select(static a => (long)a), 0]);

    /// <summary>Pads [C, spatial, N] with zeros as the window wants it.</summary>
    private static Value Padded(GraphBuilder build, Value x, WindowGeometry window) => window.Pads.All(static p => p == 0) ? x
        : build.Node("Pad", [x, build.Longs([0, .. window.PadsBegin, 0, 0, .. window.PadsEnd, 0])]);

    /// <summary>From [C, padded spatial, N] and [O, out spatial, N] to [O, C, kernel].</summary>
    private static Value ProductsOfGroup(GraphBuilder build, Value padded, Value signal, WindowGeometry window, (long Channels, long Maps) size)
    {
        var (channels, maps) = size;
        var rows = build.Reshape(signal, maps, -1);
        var cuts = window.Offsets().Select(offset => build.ElementOfWindows(padded, window, offset, firstAxis: 1)).ToArray();
        var products = channels >= FewChannels || cuts.Length == 1
            ? build.Concat(1, [.. cuts.Select(cut => build.Reshape(Product(cut, channels), maps, 1, channels))])
            : build.Reshape(Product(build.Concat(0, cuts), cuts.Length * channels), maps, cuts.Length, channels);
        return build.Reshape(build.Transpose(products, 0, 2, 1), [maps, channels, .. window.Kernel]);

        Value Product(Value cut, long columns) => build.Node("Gemm", [rows, build.Reshape(cut, columns, -1)], OnnxAttributes.Of(("transB", 1L)));
    }
}
