using MlNetConvVis.Features;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Tests.Features;

/// <summary>A small network with all that a projection meets: a strided convolution with bias, pooling with overlap, a second convolution, a
/// classifier.</summary>
internal static class SmallNet
{
    public const int Side = 13;
    public const int Length = 3 * Side * Side;

    public static ConvNet Net { get; } = new(Graph());

    /// <summary>The network, its layers called otherwise on demand.</summary>
    public static OnnxGraph Graph(long batch = -1, string conv = "conv", string last = "relu")
    {
        var text = $"""
            {conv} = Conv(x, w1, b1) strides=[2,2] pads=[1,1,1,1]
            relu1 = Relu({conv})
            pool = MaxPool(relu1) kernel_shape=[3,3] strides=[2,2]
            conv2 = Conv(pool, w2, b2) pads=[1,1,1,1]
            {last} = Relu(conv2)
            flat = Flatten({last})
            fc = Gemm(flat, w3, b3) transB=1
            prob = Softmax(fc)
            """;
        return GraphText.Parse(text, [batch, 3, Side, Side],
            ("w1", Grid(1, 4, 3, 3, 3)), ("b1", Grid(2, 4)), ("w2", Grid(3, 5, 4, 3, 3)), ("b2", Grid(4, 5)), ("w3", Grid(5, 6, 45)), ("b3", Grid(6, 6)));
    }

    /// <summary>The same network for images with channels last, [N, H, W, C], as Keras exports them.</summary>
    public static ConvNet ChannelsLast { get; } = new(OfChannelsLast(Graph()));

    /// <summary>Brings images from channels first to channels last.</summary>
    public static float[] Turned(ReadOnlySpan<float> images)
    {
        var turned = new float[images.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (image, channel, place) = (i / Length, i / (Side * Side) % 3, i % (Side * Side));
            turned[(image * Length) + (place * 3) + channel] = images[i];
        }

        return turned;
    }

    private static OnnxGraph OfChannelsLast(OnnxGraph graph) => graph.With(
        inputs: [GraphText.Float("x", -1, Side, Side, 3)],
        nodes: [GraphText.Node("turned = Transpose(x) perm=[0,3,1,2]"),
            .. graph.Nodes.Select(static n => n with { Inputs = [.. n.Inputs.Select(static i => i == "x" ? "turned" : i)] })]);

    /// <summary>Images on a grid of eighths.</summary>
    public static float[] Images(int count, int seed = 100) => [.. Grid(seed, count, 3, Side, Side).Floats];

    private static OnnxTensor Grid(int seed, params long[] dims)
    {
        var state = (uint)(seed * 2654435761);
        return OnnxTensor.Of([.. Enumerable.Range(0, (int)dims.Aggregate(1L, static (a, b) => a * b)).Select(_ =>
        {
            state = (state * 1664525) + 1013904223;
            return ((int)(state >> 24) % 17 - 8) / 8f;
        })], dims);
    }
}
