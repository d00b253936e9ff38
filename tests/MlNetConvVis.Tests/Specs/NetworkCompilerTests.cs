using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Layers;

namespace MlNetConvVis.Tests.Specs;

public class NetworkCompilerTests
{
    [Fact]
    public void Values_are_named_after_the_layer_behind_its_activation()
    {
        var network = SpecFile.WithLayers(
            "conv1: { type: conv, filters: 4, kernel: 3, pad: 1, batchnorm: true, activation: relu }",
            "conv2: { type: conv, filters: 4, kernel: 3, activation: relu, dropout: 0.2 }",
            "conv3: { type: conv, filters: 4, kernel: 3 }",
            "fc4: { type: dense, units: 5, activation: relu, dropout: 0.5 }",
            "fc5: { type: dense, units: classes }",
            "prob: { type: softmax }").Compile(classes: 3);
        Assert.Equal(
            [
                "conv1/conv = Conv(image, conv1/weights)",
                "conv1/norm = BatchNormalization(conv1/conv, conv1/scale, conv1/shift, conv1/mean, conv1/variance)",
                "conv1 = Relu(conv1/norm)",
                "conv2/conv = Conv(conv1, conv2/weights, conv2/bias)",
                "conv2 = Relu(conv2/conv)",
                "conv2/dropout = Dropout(conv2, conv2/dropout/rate)",
                "conv3 = Conv(conv2/dropout, conv3/weights, conv3/bias)",
                "fc4/flatten = Flatten(conv3)",
                "fc4/dense = Gemm(fc4/flatten, fc4/weights, fc4/bias)",
                "fc4 = Relu(fc4/dense)",
                "fc4/dropout = Dropout(fc4, fc4/dropout/rate)",
                "fc5 = Gemm(fc4/dropout, fc5/weights, fc5/bias)",
                "prob = Softmax(fc5)",
            ],
            network.Graph.Nodes.Select(static n => n.ToString()));
        Assert.Equal(("image", "prob", "fc5"), (network.Input, network.Output, network.Logits));
        Assert.Equal(["conv1", "conv2", "conv3", "fc4", "fc5", "prob"], network.Layers);
        Assert.Equal([("conv2/dropout", 0.2f), ("fc4/dropout", 0.5f)], network.DropoutRates.Select(static d => (d.Key, d.Value)));
        Assert.Equal(18, network.Graph.Opset);
        Assert.Equal(new TensorShape(Dim.Free("N"), 3, 8, 8), network.Graph.Inputs.Single().Shape);
    }

    [Fact]
    public void Layers_can_branch_and_meet_again()
    {
        var plan = SpecFile.WithLayers(
            "a: { type: conv, filters: 4, kernel: 3, pad: same }",
            "b: { type: conv, filters: 4, kernel: 1, from: image }",
            "sum: { type: add, from: [a, b, a], activation: relu }",
            "both: { type: concat, from: [sum, image] }",
            "mean: { type: globalaveragepool }",
            "prob: { type: softmax }").Plan();
        Assert.Equal(
            ["a = Conv(image, a/weights, a/bias)", "b = Conv(image, b/weights, b/bias)", "sum/sum1 = Add(a, b)", "sum/sum = Add(sum/sum1, a)",
                "sum = Relu(sum/sum)",
             "both = Concat(sum, image)", "mean = GlobalAveragePool(both)", "prob/flatten = Flatten(mean)", "prob = Softmax(prob/flatten)"],
            plan.Graph.Nodes.Select(static n => n.ToString()));
        Assert.Equal("prob/flatten", plan.Logits);
        Assert.Equal(new TensorShape(Dim.Free("N"), 7, 8, 8), plan.Shapes["both"]);
    }

    [Theory]
    [InlineData("kernel: 3", "[0,0,0,0]", 6, 6)]
    [InlineData("kernel: [3, 1], pad: [1, 0]", "[1,0,1,0]", 8, 8)]
    [InlineData("kernel: 3, stride: [1, 2], pad: [0, 1, 2, 3]", "[0,1,2,3]", 8, 5)]
    [InlineData("kernel: 3, stride: 3, pad: same", "[0,0,1,1]", 3, 3)]
    [InlineData("kernel: 3, dilation: 2, pad: same", "[2,2,2,2]", 8, 8)]
    [InlineData("kernel: 4, pad: same", "[1,1,2,2]", 8, 8)]
    public void Windows_are_written_with_explicit_pads(string window, string pads, int height, int width)
    {
        var plan = SpecFile.WithLayers($"c: {{ type: conv, filters: 2, {window} }}").Plan();
        Assert.Equal(pads, $"[{string.Join(',', plan.Graph.ProducerOf("c")!.Attributes.Ints("pads")!)}]");
        Assert.Equal(new TensorShape(Dim.Free("N"), 2, height, width), plan.Shapes["c"]);
    }

    [Fact]
    public void Pooling_windows_touch_unless_told_otherwise() =>
        Assert.Equal(new TensorShape(Dim.Free("N"), 3, 4, 4), SpecFile.WithLayers("p: { type: averagepool, kernel: 2 }").Plan().Shapes["p"]);

    [Fact]
    public void Grouped_filters_see_the_maps_of_their_group()
    {
        var plan = SpecFile.WithLayers("a: { type: conv, filters: 6, kernel: 1 }", "c: { type: conv, filters: 4, kernel: 3, groups: 2, bias: false }").Plan();
        Assert.Equal([4, 3, 3, 3], plan.Parameters[^1].Dims);
        Assert.Equal(2, plan.Graph.ProducerOf("c")!.Attributes.Int("group", 1));
        Assert.Equal((6 * 3) + 6 + (4 * 3 * 9), plan.ParameterCount);
    }

    [Fact]
    public void Deviations_follow_fan_in_and_fan_out()
    {
        var plan = SpecFile.WithLayers(
            "a: { type: conv, filters: 6, kernel: 5 }",
            "b: { type: conv, filters: 8, kernel: 3, groups: 2, init: glorot }",
            "c: { type: dense, units: 10, init: { gaussian: 0.02 } }").Plan();
        Assert.Equal(
            [MathF.Sqrt(2f / 75), MathF.Sqrt(2f / (27 + 36)), 0.02f],
            plan.Parameters.Where(static p => p.Dims.Count > 1).Select(static p => p.Deviation));
    }

    [Fact]
    public void Metadata_hold_the_spec_and_its_layers()
    {
        var spec = SpecFile.WithLayers("a: { type: relu }", "b: { type: flatten }");
        var metadata = spec.Compile().Graph.Metadata;
        Assert.Equal(spec.SourceText, metadata["convvis.spec"]);
        Assert.Equal("""["a","b"]""", metadata["convvis.layers"]);
    }

    [Fact]
    public void A_spec_can_be_written_in_code()
    {
        var spec = new NetworkSpec
        {
            Name = "coded",
            Input = new InputSpec(1, 28, 28),
            Layers = [new ConvLayer { Name = "conv1", Filters = 2, Window = new WindowSpec { Kernel = 5, Pad = Padding.Same } },
                new DenseLayer { Name = "out", Units = LayerWidth.Classes }],
        };
        Assert.Equal((25 * 2) + 2 + (28 * 28 * 2 * 10) + 10, spec.CountParameters(classes: 10));
    }

    [Theory]
    [InlineData(
        "c: { type: conv, filters: 2, kernel: 9 }", 0,
        "test.yaml:4:5: layer 'c': Conv node 'c' has a window of 9, but its input is only 8 with padding. Use a larger image.")]
    [InlineData(
        "c: { type: conv, filters: 3, kernel: 3, groups: 2 }", 0,
        "test.yaml:4:5: layer 'c': 3 maps and 3 filters cannot be divided into 2 groups; both must be multiples of it.")]
    [InlineData(
        "c: { type: dense, units: classes }", 0,
        "test.yaml:4:5: layer 'c': the number of classes is unknown; add 'classes: …' to the spec, or give it when compiling.")]
    [InlineData(
        "c: { type: dense, units: 7 }", 5,
        "test.yaml:4:5: 5 classes were asked for, but no layer follows their number; write 'units: classes' at the last dense layer.")]
    [InlineData(
        "c: { type: softmax }", 0,
        "test.yaml:4:5: layer 'c': a softmax takes one number a class, but maps [N,3,8,8] come in; put a dense or globalaveragepool layer before it.")]
    public void What_does_not_fit_is_refused_with_the_layers_place(string layer, int classes, string message) =>
        Assert.Equal(message, Assert.Throws<SpecException>(() => SpecFile.WithLayers(layer).Plan(classes == 0 ? null : classes)).Message);

    [Fact]
    public void Shapes_that_do_not_meet_are_refused()
    {
        var added = SpecFile.WithLayers("a: { type: maxpool, kernel: 2 }", "b: { type: add, from: [a, image] }");
        Assert.Equal("test.yaml:5:5: layer 'b': only equal shapes can be added, but [N,3,4,4] and [N,3,8,8] come in.",
            Assert.Throws<SpecException>(() => added.Plan()).Message);
        var late = SpecFile.WithLayers("a: { type: flatten }", "b: { type: maxpool, kernel: 2 }");
        Assert.Equal(
            "test.yaml:5:5: layer 'b': maps [N, channels, height, width] are wanted, but 'a' is [N,192]; put this layer before dense and flatten layers.",
            Assert.Throws<SpecException>(() => late.Plan()).Message);
    }

    [Fact]
    public void Every_layer_type_runs()
    {
        var network = SpecFile.WithLayers(
            "conv1: { type: conv, filters: 6, kernel: 3, pad: same, groups: 3, dilation: 2, batchnorm: true, activation: relu, dropout: 0.1 }",
            "norm1: { type: lrn }",
            "pool1: { type: maxpool, kernel: 3, stride: 2, pad: [0, 0, 1, 1] }",
            "bn1: { type: batchnorm }",
            "relu1: { type: relu }",
            "pool2: { type: averagepool, kernel: 2, stride: 1, pad: same }",
            "sum: { type: add, from: [pool2, relu1] }",
            "cat: { type: concat, from: [sum, bn1] }",
            "flat: { type: flatten }",
            "fc1: { type: dense, units: 5, batchnorm: true, activation: relu }",
            "drop: { type: dropout, rate: 0.5 }",
            "fc2: { type: dense, units: classes }",
            "prob: { type: softmax }").Compile(classes: 4, seed: 5);
        using var session = new GraphSession(network.Graph, new SessionSettings { Device = Device.Cpu });
        using var run = session.Bind(2);
        for (var i = 0; i < 2 * 3 * 8 * 8; i++) run.Floats("image")[i] = MathF.Sin(i);
        run.Run(2);
        var probabilities = run.Floats("prob")[..8];
        Assert.Equal(1, probabilities[0] + probabilities[1] + probabilities[2] + probabilities[3], 1e-5);
        Assert.Equal(1, probabilities[4] + probabilities[5] + probabilities[6] + probabilities[7], 1e-5);
        Assert.NotEqual(probabilities[0], probabilities[4]);
    }

    [Fact]
    public void Zfnet64_keeps_four_by_four_maps_and_can_be_trained()
    {
        var network = SpecFile.Model("zfnet64").Compile(classes: 37);
        Assert.Equal(new TensorShape(Dim.Free("N"), 64, 4, 4), ShapeInference.Infer(network.Graph)["pool5"]);
        var step = TrainingGraph.Of(network.Graph, new SgdOptions(), network.DropoutRates);
        Assert.Equal(network.Spec.CountParameters(37), step.State.Where(static s => s.Weight == s.Name).Sum(static s => s.Initial.Count));
    }

    [Fact]
    public void A_batch_normalisation_layer_of_its_own_can_be_trained()
    {
        var network = SpecFile.WithLayers("bn: { type: batchnorm }", "fc: { type: dense, units: classes }").Compile(classes: 2);
        var step = TrainingGraph.Of(network.Graph, new SgdOptions());
        Assert.Equal(["bn/scale", "bn/shift", "fc/weights", "fc/bias"], step.State.Where(static s => s.Weight == s.Name).Select(static s => s.Name));
    }
}
