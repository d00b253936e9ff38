using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime.Blocked;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Tests.Runtime;

/// <summary>Convolutions of fed weights in blocks, beside ONNX Runtime's plain ones.</summary>
public sealed class BlockedConvolutionTests
{
    /// <summary>Sums of up to 64 * 25 products of numbers between -1 and 1, added in another order.</summary>
    private static readonly Tolerance s_rounding = new(1e-4f, 1e-4f);

    [Fact]
    public void This_processor_has_the_blocks_that_its_registers_ask_for()
    {
        Assert.SkipUnless(Avx.IsSupported, "The size is known for processors with AVX only.");
        Assert.Equal(Avx512F.IsSupported ? 16 : 8, BlockSize.OfProcessor);
    }

    [Theory]
    [InlineData(3, 16, 5, 5, 2, 1, "1,1,2,2", false)]        // a picture's colours are read as they are
    [InlineData(1, 16, 5, 5, 1, 1, "2,2,2,2", true)]         // so is grey
    [InlineData(32, 48, 3, 3, 1, 1, "1,1,1,1", true)]
    [InlineData(32, 16, 3, 3, 2, 1, "0,0,1,1", false)]
    [InlineData(16, 32, 1, 1, 1, 1, "0,0,0,0", true)]
    [InlineData(16, 16, 3, 3, 1, 2, "2,2,2,2", false)]
    [InlineData(64, 16, 1, 5, 1, 1, "0,2,0,2", true)]
    [InlineData(16, 64, 7, 9, 1, 1, "0,0,0,0", false)]       // one place
    public void Convolution_gives_what_the_plain_one_gives(int channels, int maps, int height, int width, int stride, int dilation, string pads, bool bias) =>
        Agree(Convolution("Conv", channels, maps, height, width, stride, dilation, pads, bias));

    [Theory]
    [InlineData(32, 48, 3, 3, 1, "1,1,1,1")]
    [InlineData(16, 32, 5, 3, 1, "2,0,1,2")]
    [InlineData(48, 16, 1, 1, 1, "0,0,0,0")]
    [InlineData(16, 16, 3, 3, 2, "2,1,0,2")]
    public void Transposed_convolution_gives_what_the_plain_one_gives(int maps, int channels, int height, int width, int dilation, string pads) =>
        Agree(Convolution("ConvTranspose", maps, channels, height, width, 1, dilation, pads, bias: false));

    /// <summary>Shapes must be known all the way back from the loss.</summary>
    [Fact]
    public void Whole_training_step_is_blocked()
    {
        var network = NetworkSpec.Parse(
            """
            name: blocks
            input: { channels: 3, height: 16, width: 16 }
            layers:
              - conv1: { type: conv, filters: 16, kernel: 5, stride: 2, pad: same, batchnorm: true, activation: relu }
              - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
              - conv2: { type: conv, filters: 32, kernel: 3, pad: same, activation: relu }
              - fc3: { type: dense, units: classes }
              - prob: { type: softmax }
            """,
            "blocks.yaml").Compile(5, 1).Graph;
        var image = network.Inputs[0];
        var step = TrainingGraph.Of(network.With(inputs: [image with { Shape = image.Shape!.With(0, 32) }]), new SgdOptions());
        var blocked = BlockedConvolutions.Lower(step.Graph, 8).Nodes;
        Assert.DoesNotContain(blocked, static n => WeightGradient.Is(n) || n is { OpType: "Conv" or "ConvTranspose", Domain: "" });
        Assert.Equal(5, blocked.Count(static n => n is { OpType: "Conv", Domain: "com.microsoft.nchwc" }));      // 2 forward, 1 back, 2 for weights
    }

    [Theory]
    [InlineData(16, 3, 32, 5, 2, 1, "1,1,2,2")]
    [InlineData(16, 1, 16, 5, 1, 1, "2,2,2,2")]
    [InlineData(16, 3, 16, 3, 2, 1, "0,0,0,0")]              // the last windows end before the input does
    [InlineData(32, 24, 16, 3, 1, 1, "1,1,1,1")]
    [InlineData(16, 16, 48, 3, 1, 2, "2,0,1,2")]
    [InlineData(48, 5, 16, 1, 1, 1, "0,0,0,0")]
    public void Gradient_of_weights_gives_what_products_of_matrices_give(
        int images, int channels, int maps, int kernel, int stride, int dilation, string pads)
    {
        Assert.SkipWhen(BlockSize.OfProcessor == 0, "This ONNX Runtime has no blocked convolutions for this processor.");
        var graph = Gradient(images, channels, maps, kernel, stride, dilation, pads, groups: 1);
        var blocked = BlockedConvolutions.Lower(graph);
        Assert.DoesNotContain(blocked.Nodes, WeightGradient.Is);
        TensorAssert.Close(Run(WeightGradient.Lower(graph)), Run(blocked), s_rounding);
    }

    [Theory]
    [InlineData(12, 16, 3, 1)]                               // images that fill no blocks
    [InlineData(16, 20, 3, 1)]
    [InlineData(16, 16, 3, 2)]                               // groups
    [InlineData(16, 16, 9, 1)]                               // a window as large as the input: one matrix product
    public void Other_gradients_stay_products_of_matrices(int images, int maps, int kernel, int groups)
    {
        var graph = Gradient(images, 4, maps, kernel, 1, 1, "0,0,0,0", groups);
        Assert.Contains(BlockedConvolutions.Lower(graph, 8).Nodes, WeightGradient.Is);
    }

    [Theory]
    [InlineData("Conv", 12, 16, 1)]                          // channels that fill no blocks
    [InlineData("Conv", 16, 20, 1)]
    [InlineData("ConvTranspose", 16, 16, 2)]                 // between its values lie zeros
    [InlineData("ConvTranspose", 3, 16, 1)]
    public void What_does_not_fit_stays_as_it_is(string op, int channels, int maps, int stride)
    {
        var graph = Convolution(op, channels, maps, 3, 3, stride, 1, "1,1,1,1", bias: false);
        Assert.Same(graph.Nodes[0], BlockedConvolutions.Lower(graph, 8).Nodes[0]);
    }

    [Fact]
    public void Constant_weights_are_left_to_the_runtime()
    {
        var build = new GraphBuilder("constant");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(1, 16, 3, 3));
        var y = build.Node("Conv", [x, build.Constant("w", OnnxTensor.Of(new float[16 * 16], 16, 16, 1, 1))], name: "y");
        var graph = build.ToGraph(new ValueInfo(y.Name, ElementType.Float, null));
        Assert.Equal(["Conv"], BlockedConvolutions.Lower(graph, 8).Nodes.Select(static n => n.OpType));
    }

    /// <summary>Written out: element (o, c, p) of the weights, by blocks of four.</summary>
    [Fact]
    public void Filters_lie_in_blocks()
    {
        const int maps = 8, channels = 12, places = 3, block = 4;
        var filters = new Filters(maps, channels, places, block);
        var build = new GraphBuilder("filters");
        var weights = build.Input("weights", ElementType.Float, TensorShape.Of(maps, channels, places));
        Value[] orders = [filters.OfPlainInput(build, weights), filters.Forward(build, weights), filters.Backward(build, weights)];
        var numbers = Enumerable.Range(0, maps * channels * places).Select(static i => (float)i).ToArray();
        var ways = GraphRun.Of(
            build.ToGraph(orders.Select(static o => new ValueInfo(o.Name, ElementType.Float, null))),
            new Dictionary<string, OnnxTensor> { ["weights"] = OnnxTensor.Of(numbers, maps, channels, places) });
        var wanted = orders.Select(_ => new float[numbers.Length]).ToArray();
        for (var o = 0; o < maps; o++)
        {
            for (var c = 0; c < channels; c++)
            {
                for (var p = 0; p < places; p++)
                {
                    var number = numbers[At((o, maps), (c, channels), (p, places))];
                    wanted[0][At((o / block, maps), (c, channels), (p, places), (o % block, block))] = number;
                    wanted[1][At((o / block, maps), (c / block, channels / block), (p, places), (c % block, block), (o % block, block))] = number;
                    wanted[2][At((c / block, channels), (o / block, maps / block), (places - 1 - p, places), (o % block, block), (c % block, block))] = number;
                }
            }
        }

        foreach (var (order, expected) in orders.Zip(wanted)) TensorAssert.Close(expected, ways[order.Name].Floats, Tolerance.Exact);

        static int At(params (int Index, int Size)[] axes) => axes.Aggregate(0, static (at, axis) => (at * axis.Size) + axis.Index);
    }

    private static void Agree(OnnxGraph graph)
    {
        Assert.SkipWhen(BlockSize.OfProcessor == 0, "This ONNX Runtime has no blocked convolutions for this processor.");
        var blocked = BlockedConvolutions.Lower(graph);
        Assert.Contains(blocked.Nodes, static n => n is { OpType: "Conv", Domain: "com.microsoft.nchwc" });
        TensorAssert.Close(Run(graph), Run(blocked), s_rounding);
    }

    private static OnnxGraph Convolution(
        string op, int channels, int maps, int height, int width, int stride, int dilation, string pads, bool bias)
    {
        var build = new GraphBuilder("convolution");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(2, channels, 7, 9));
        var weights = build.Input(
            "weights", ElementType.Float, op == "Conv" ? TensorShape.Of(maps, channels, height, width) : TensorShape.Of(channels, maps, height, width));
        Value? added = bias ? build.Input("bias", ElementType.Float, TensorShape.Of(maps)) : null;
        var y = build.Node(op, [x, weights, added], OnnxAttributes.Of(
            ("kernel_shape", new long[] { height, width }), ("strides", new long[] { stride, stride }), ("dilations", new long[] { dilation, dilation }),
            ("pads", pads.Split(',').Select(long.Parse).ToArray())), "y");
        return build.ToGraph(new ValueInfo(y.Name, ElementType.Float, null));
    }

    /// <summary>The gradient of a convolution's weights, for pictures of 9 times 9.</summary>
    private static OnnxGraph Gradient(int images, int channels, int maps, int kernel, int stride, int dilation, string pads, int groups)
    {
        const int size = 9;
        var around = pads.Split(',').Select(long.Parse).ToArray();
        long[] sizes = [.. Enumerable.Range(0, 2).Select(a => ((size + around[a] + around[a + 2] - (dilation * (kernel - 1)) - 1) / stride) + 1)];
        var build = new GraphBuilder("gradient");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(images, channels, size, size));
        var signal = build.Input("signal", ElementType.Float, TensorShape.Of(images, maps, sizes[0], sizes[1]));
        var y = build.Node(WeightGradient.Operator, [x, signal], OnnxAttributes.Of(
            ("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { stride, stride }), ("dilations", new long[] { dilation, dilation }),
            ("pads", around), ("group", (long)groups), ("sizes", new long[] { size, size }), ("maps", (long)maps), ("channels", (long)channels / groups)),
            "y", "mlnetconvvis.training");
        return build.ToGraph(new ValueInfo(y.Name, ElementType.Float, null));
    }

    /// <summary>A session of ONNX Runtime's own, which rewrites nothing.</summary>
    private static float[] Run(OnnxGraph graph)
    {
        var random = new SplitMix64(5);
        using var session = new InferenceSession(OnnxFile.ToBytes(graph));
        using var options = new RunOptions();
        var feeds = graph.Inputs.ToDictionary(static i => i.Name, i =>
        {
            long[] shape = [.. i.Shape!.Dims.Select(static d => d.Size)];
            float[] values = [.. Enumerable.Range(0, (int)OnnxTensor.Product(shape)).Select(_ => (random.Next() % 2000 / 1000f) - 1)];
            return OrtValue.CreateTensorValueFromMemory(values, shape);
        });
        using var results = session.Run(options, feeds, ["y"]);
        foreach (var value in feeds.Values) value.Dispose();
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
