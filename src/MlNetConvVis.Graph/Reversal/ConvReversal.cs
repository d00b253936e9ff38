using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses convolutions: y[n,o,p] = sum over c, k of W[o,c,k] * x[n, c, p*stride + k*dilation - pad] + b[o].</summary>
internal static class ConvReversal
{
    /// <summary>With fewer input channels the cuts are joined before they are multiplied: a product of so few columns would only wait for memory.</summary>
    private const int FewChannels = 16;

    /// <summary>The transposed convolution with the same weights; rows that the forward floor dropped come back as output padding.</summary>
    public static Value ToInput(ReversalStep s)
    {
        var window = s.Window();
        if (IsOneWindow(window) && s.Node.Attributes.Int("group", 1) == 1) return OneWindowToInput(s, window);
        return s.Build.Node("ConvTranspose", [s.Signal, s.Input(1)], OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", window.Pads),
            ("output_padding", window.OutputPadding()),
            ("group", s.Node.Attributes.Int("group", 1))));
    }

    /// <summary>Whether the convolution has a single place, at which its window covers the whole input.</summary>
    private static bool IsOneWindow(WindowGeometry window) => window.OutputSizes.All(static s => s == 1)
        && window.InputSizes.SequenceEqual(window.Kernel) && window.Pads.All(static p => p == 0) && window.Dilations.All(static d => d == 1);

    /// <summary>One matrix product for the whole batch, which reads the weights once: [N, O] times [O, C*kernel].</summary>
    private static Value OneWindowToInput(ReversalStep s, WindowGeometry window)
    {
        var (maps, channels) = (s.InputShape(1).Known(0), s.InputShape(1).Known(1));
        var rows = s.Build.Reshape(s.Input(1), maps, channels * OnnxTensor.Product(window.Kernel));
        return s.Build.Reshape(s.Build.MatMul(s.Build.Reshape(s.Signal, -1, maps), rows), [-1, channels, .. window.Kernel]);
    }

    /// <summary>
    /// dW[o,c,k] = sum over n, p of g[n,o,p] * x[n, c, p*stride + k*dilation - pad]: for each k a matrix product of the signal with a strided cut of the padded
    /// input (as a convolution over the batch it is 1.6 times slower on the processor). Images are the last axis there, so that a cut copies long runs of memory.
    /// </summary>
    public static Value ToWeights(ReversalStep s)
    {
        var window = s.Window();
        var groups = s.Node.Attributes.Int("group", 1);
        var padded = Padded(s.Build, ImagesLast(s.Build, s.Input(0), window.Rank), window);
        var signal = ImagesLast(s.Build, s.Signal, window.Rank);
        var (channels, maps) = (s.InputShape(1).Known(1), s.InputShape(1).Known(0) / groups);
        var parts = Enumerable.Range(0, (int)groups).Select(group => GroupToWeights(
            s.Build,
            groups == 1 ? padded : s.Build.Slice(padded, [0], [group * channels], [(group + 1) * channels]),
            groups == 1 ? signal : s.Build.Slice(signal, [0], [group * maps], [(group + 1) * maps]),
            window,
            (channels, maps)));
        return s.Build.Concat(0, [.. parts]);
    }

    /// <summary>db[o] = sum over n, p of g[n,o,p].</summary>
    public static Value ToBias(ReversalStep s) =>
        s.Build.ReduceSum(s.Signal, [0, .. SpatialAxes(s.OutputShape().Rank - 2)], keep: false);

    /// <summary>From [N, C, spatial] to [C, spatial, N].</summary>
    private static Value ImagesLast(GraphBuilder build, Value x, int rank) => build.Transpose(x, [1, .. SpatialAxes(rank), 0]);

    /// <summary>Pads [C, spatial, N] with zeros as the window wants it.</summary>
    private static Value Padded(GraphBuilder build, Value x, WindowGeometry window) => window.Pads.All(static p => p == 0) ? x
        : build.Node("Pad", [x, build.Longs([0, .. window.PadsBegin, 0, 0, .. window.PadsEnd, 0])]);

    /// <summary>From [C, padded spatial, N] and [O, out spatial, N] to [O, C, kernel].</summary>
    private static Value GroupToWeights(GraphBuilder build, Value padded, Value signal, WindowGeometry window, (long Channels, long Maps) size)
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

    private static long[] SpatialAxes(int rank) => [.. Enumerable.Range(2, rank).Select(static a => (long)a)];
}
