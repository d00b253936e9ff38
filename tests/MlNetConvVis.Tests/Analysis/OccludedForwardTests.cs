using MlNetConvVis.Analysis;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.Analysis;

/// <summary>What is computed inside windows equals whole occluded images sent through the network one by one.</summary>
public sealed class OccludedForwardTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 2 };

    /// <summary>Strides, uneven pads, overlapping pools, contrast normalisation, dilation and groups; the dense layer sees everything.</summary>
    private static readonly OnnxGraph s_plain = GraphText.Parse(
        """
        conv1 = Conv(x, w1, b1) strides=[2,2] pads=[3,2,1,2]
        relu1 = Relu(conv1)
        pool1 = MaxPool(relu1) kernel_shape=[3,3] strides=[2,2] pads=[0,1,1,0]
        norm1 = LRN(pool1) size=3 alpha=0.5 beta=0.75 bias=2.0
        conv2 = Conv(norm1, w2, b2) pads=[2,2,2,2] dilations=[2,2] group=2
        relu2 = Relu(conv2)
        pool2 = AveragePool(relu2) kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1]
        conv3 = Conv(pool2, w3) pads=[1,1,1,1]
        relu3 = Relu(conv3)
        flat = Flatten(relu3)
        fc = Gemm(flat, w4) transB=1
        prob = Softmax(fc)
        """,
        [-1, 3, 64, 64],
        ("w1", Random(1, 6, 3, 5, 5)), ("b1", Random(2, 6)), ("w2", Random(3, 8, 3, 3, 3)), ("b2", Random(4, 8)), ("w3", Random(5, 4, 8, 3, 3)),
        ("w4", Random(6, 5, 4 * 16 * 16)));

    /// <summary>Residual sums, concatenation, a split, 1x1 convolutions with a stride, pools that count their padding; a global mean at the end.</summary>
    private static readonly OnnxGraph s_branches = GraphText.Parse(
        """
        stem = Conv(x, w1) strides=[2,2] pads=[1,1,1,1]
        relu0 = Relu(stem)
        a1 = Conv(relu0, w2) pads=[1,1,1,1]
        ra1 = Relu(a1)
        a2 = Conv(ra1, w3) pads=[1,1,1,1]
        sum = Add(a2, relu0)
        relu1 = Relu(sum)
        down = Conv(relu1, w4) strides=[2,2]
        wide = Conv(relu1, w5) strides=[2,2] pads=[1,1,1,1]
        pooled = AveragePool(relu1) kernel_shape=[2,2] strides=[2,2] count_include_pad=1
        all = Concat(down, wide, pooled) axis=1
        left, right = Split(all, halves) axis=1
        low = Clip(left, zero, six)
        gate = Sigmoid(right)
        mixed = Mul(low, gate)
        last = Conv(mixed, w6) pads=[1,1,1,1]
        relu2 = Relu(last)
        mean = GlobalAveragePool(relu2)
        flat = Flatten(mean)
        fc = Gemm(flat, w7) transB=1
        """,
        [-1, 3, 56, 56],
        ("w1", Random(11, 6, 3, 3, 3)), ("w2", Random(12, 6, 6, 3, 3)), ("w3", Random(13, 6, 6, 3, 3)), ("w4", Random(14, 4, 6, 1, 1)),
        ("w5", Random(15, 4, 6, 3, 3)), ("w6", Random(16, 7, 7, 3, 3)), ("w7", Random(17, 3, 7)), ("halves", OnnxTensor.Of([7L, 7L], 2)),
        ("zero", OnnxTensor.Of([0f])), ("six", OnnxTensor.Of([6f])));

    [Theory]
    [InlineData(8, 3, 4)]
    [InlineData(5, 5, 7)]
    [InlineData(13, 7, 1)]
    public void A_chain_of_windows_equals_whole_images(int size, int stride, int batch)
    {
        var net = new ConvNet(s_plain);
        foreach (var layer in new[] { "relu3", "relu2", "pool1" }) Compare(net, layer, size, stride, batch, isWhole: false);
    }

    [Theory]
    [InlineData(7, 3, 5)]
    [InlineData(9, 4, 16)]
    public void Branches_equal_whole_images(int size, int stride, int batch)
    {
        var net = new ConvNet(s_branches);
        foreach (var layer in new[] { "relu2", "mixed", "all", "relu1" }) Compare(net, layer, size, stride, batch, isWhole: false);
    }

    [Fact]
    public void Images_with_channels_last_are_turned_for_windows()
    {
        var graph = s_branches.With(inputs: [GraphText.Float("x", -1, 56, 56, 3)], nodes:
        [
            GraphText.Node("turned = Transpose(x) perm=[0,3,1,2]"),
            .. s_branches.Nodes.Select(static n => n with { Inputs = [.. n.Inputs.Select(static i => i == "x" ? "turned" : i)] }),
        ]);
        Compare(new ConvNet(graph), "relu2", 9, 5, 8, isWhole: false);
    }

    [Fact]
    public void What_looks_at_all_places_first_runs_whole_images()
    {
        var graph = GraphText.Parse(
            """
            mean = GlobalAveragePool(x)
            centred = Sub(x, mean)
            conv = Conv(centred, w1)
            relu = Relu(conv)
            pool = GlobalMaxPool(relu)
            fc = Flatten(pool)
            """,
            [-1, 3, 20, 20], ("w1", Random(21, 4, 3, 3, 3)));
        Compare(new ConvNet(graph), "relu", 6, 3, 8, isWhole: true);
    }

    [Fact]
    public void A_batch_that_cannot_be_freed_runs_whole_images()
    {
        var graph = GraphText.Parse(
            """
            conv = Conv(x, w1)
            odd = Reshape(conv, shape)
            back = Reshape(odd, again)
            pool = GlobalMaxPool(back)
            fc = Flatten(pool)
            """,
            [2, 3, 20, 20], ("w1", Random(22, 4, 3, 3, 3)), ("shape", OnnxTensor.Of([1L, 8, 18, 18], 4)), ("again", OnnxTensor.Of([2L, 4, 18, 18], 4)));
        Compare(new ConvNet(graph), "conv", 6, 4, 8, isWhole: true);
    }

    [Fact]
    public void Windows_are_less_work()
    {
        var net = new ConvNet(s_plain);
        using var small = new OccludedForward(net, "relu3", new OccluderGrid(64, 64, 4, 4, 4), s_cpu);
        using var large = new OccludedForward(net, "relu3", new OccluderGrid(64, 64, 16, 16, 4), s_cpu);
        using var all = new OccludedForward(net, "relu3", new OccluderGrid(64, 64, 4, 4, 4), s_cpu, extent: OcclusionExtent.Whole);
        Assert.InRange(small.ShareOfWork, 0.01, large.ShareOfWork);
        Assert.InRange(large.ShareOfWork, small.ShareOfWork, 0.8);
        Assert.True(all.IsWhole);
        Assert.Equal(1, all.ShareOfWork);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var net = new ConvNet(s_plain);
        Assert.Contains("moves over 60x64", Refused(() => new OccludedForward(net, "relu3", new OccluderGrid(60, 64, 4, 4, 4), s_cpu)), StringComparison.Ordinal);
        Assert.Contains("no rows and columns", Refused(() => new OccludedForward(net, "fc", new OccluderGrid(64, 64, 4, 4, 4), s_cpu)), StringComparison.Ordinal);
        using var forward = new OccludedForward(net, "relu3", new OccluderGrid(64, 64, 8, 8, 8), s_cpu);
        Assert.Contains("No image was seen", Refused(() => forward.Run(0, static (_, _, _) => { })), StringComparison.Ordinal);
        Assert.Contains("must have 12288", Refused(() => forward.See(new float[5], new float[5])), StringComparison.Ordinal);
        forward.See(Random(31, 3, 64, 64).Floats, new float[3 * 64 * 64]);
        Assert.Contains("has 4 maps", Refused(() => forward.Run(4, static (_, _, _) => { })), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new OccluderGrid(64, 64, 65, 4, 4));
        Assert.Throws<ArgumentException>(() => new OccluderGrid(64, 64, 4, 8, 5));
    }

    [Fact]
    public void Places_end_flush_with_the_border()
    {
        var grid = new OccluderGrid(11, 8, 4, 3, 3);
        Assert.Equal([0, 3, 6, 7], grid.Tops);
        Assert.Equal([0, 3, 5], grid.Lefts);
        Assert.Equal(12, grid.Count);
    }

    private static string Refused(Action action) => Assert.Throws<GraphException>(action).Message;

    private static void Compare(ConvNet net, string layer, int size, int stride, int batch, bool isWhole)
    {
        var (rows, columns) = ((int)net.Image.Shape!.Known(net.Axes.Rows), (int)net.Image.Shape!.Known(net.Axes.Columns));
        var grid = new OccluderGrid(rows, columns, size, size, stride);
        var (image, cover) = (Random(41, 3, rows, columns).Floats.ToArray(), Random(42, 3, rows, columns).Floats.ToArray());
        using var forward = new OccludedForward(net, layer, grid, s_cpu, batch);
        Assert.Equal(isWhole, forward.IsWhole);
        forward.See(image, cover);
        var scores = GradCamGraph.ScoresOf(net);
        using var whole = new FeatureExtractor(net, [scores, layer], switches: false, s_cpu, 1);
        var (classes, maps) = ((int)whole.ItemShape(scores)[0], whole.ItemShape(layer));
        var (plane, channel) = ((int)(maps[1] * maps[2]), (int)maps[0] - 1);
        var (ours, ourMaps) = (new float[grid.Count * classes], new float[grid.Count * plane]);
        forward.Run(channel, (place, s, m) =>
        {
            s.CopyTo(ours.AsSpan(place * classes));
            m.CopyTo(ourMaps.AsSpan(place * plane));
        });
        var places = Enumerable.Range(-1, grid.Count + 1).ToArray();      // the first without occluder
        whole.Run(places.Length, (p, input) => Covered(net, image, cover, grid, places[p], input), (p, _, features) =>
        {
            var s = features.Floats(scores)[..classes];
            var m = features.Floats(layer).Slice(channel * plane, plane);
            if (places[p] < 0)
            {
                Near(s, forward.Scores.ToArray());
                Near(m, forward.Maps.Span.Slice(channel * plane, plane));
                return;
            }

            Near(s, ours.AsSpan(places[p] * classes, classes));
            Near(m, ourMaps.AsSpan(places[p] * plane, plane));
        });
    }

    /// <summary>1e-4 of the largest value: single ones may be differences of large numbers.</summary>
    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var largest = 0f;
        foreach (var value in expected) largest = Math.Max(largest, Math.Abs(value));
        TensorAssert.Close(expected, actual, new Tolerance(2e-5f * largest, 1e-4f));
    }

    private static void Covered(ConvNet net, float[] image, float[] cover, OccluderGrid grid, int place, Span<float> input)
    {
        image.CopyTo(input);
        if (place < 0) return;
        var (top, left) = (grid.Tops[place / grid.Lefts.Count], grid.Lefts[place % grid.Lefts.Count]);
        for (var i = 0; i < image.Length; i++)
        {
            var (y, x) = net.Axes == MlNetConvVis.Graph.Shapes.ImageAxes.Nchw ? (i / grid.Width % grid.Height, i % grid.Width)
                : (i / 3 / grid.Width, i / 3 % grid.Width);
            if (y >= top && y < top + grid.OccluderHeight && x >= left && x < left + grid.OccluderWidth) input[i] = cover[i];
        }
    }

    private static OnnxTensor Random(int seed, params long[] dims)
    {
        var state = (uint)(seed * 2654435761);
        return OnnxTensor.Of([.. Enumerable.Range(0, (int)OnnxTensor.Product(dims)).Select(_ =>
        {
            state = (state * 1664525) + 1013904223;
            return ((int)(state >> 8) / (float)(1 << 23)) - 1;
        })], dims);
    }
}
