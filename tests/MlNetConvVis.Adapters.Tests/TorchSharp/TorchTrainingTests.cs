using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.TorchSharp;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>TorchSharp and ONNX Runtime train alike from equal weights on equal batches.</summary>
public sealed class TorchTrainingTests
{
    private const int Batch = 8;
    private const int Steps = 20;

    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 1 };

    // The paper's parts: contrast normalisation, overlapping pooling, dropout, filters kept to an RMS (low here, so that it bites).
    private const string Paper = """
        name: paper-like
        input: { channels: 3, height: 24, width: 24 }
        classes: 5
        layers:
          - conv1: { type: conv, filters: 8, kernel: 5, stride: 2, pad: same, activation: relu }
          - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
          - norm1: { type: lrn, size: 5, alpha: 0.5 }
          - conv2: { type: conv, filters: 12, kernel: 3, pad: 1, activation: relu }
          - fc3: { type: dense, units: 16, activation: relu, dropout: 0.5 }
          - fc4: { type: dense, units: classes }
          - prob: { type: softmax }
        """;

    private const string Modern = """
        name: modern
        input: { channels: 3, height: 24, width: 24 }
        classes: 5
        layers:
          - conv1: { type: conv, filters: 8, kernel: 3, stride: 2, pad: same, batchnorm: true, activation: relu }
          - conv2: { type: conv, filters: 12, kernel: 3, pad: same, batchnorm: true, activation: relu }
          - pool2: { type: averagepool, kernel: 3, stride: 2, pad: same }
          - fc3: { type: dense, units: classes }
        """;

    public static TheoryData<string, float, float?, float> Networks() => new()
    {
        { Paper, 5e-4f, 0.05f, 0 },
        { Paper, 0, null, 0.1f },
        { Modern, 5e-4f, null, 0.1f },
        { Modern, 0, 0.05f, 0 },
    };

    [Theory, MemberData(nameof(Networks))]
    public void Twenty_steps_agree_with_onnx_runtime(string spec, float decay, float? limit, float smoothing)
    {
        TorchPresence.SkipWithout();
        var network = NetworkSpec.Parse(spec, "spec.yaml").Compile(seed: 7);
        var options = new SgdOptions { WeightDecay = decay, FilterRmsLimit = limit, LabelSmoothing = smoothing };
        var image = network.Graph.Inputs[0];
        var graph = network.Graph.With(inputs: [image with { Shape = image.Shape!.With(0, Batch) }]);
        var step = TrainingGraph.Of(graph, options, network.DropoutRates);
        using var onnx = new OnnxTrainingEngine().Open(graph, options, step, Batch, s_cpu);
        using var torch = new TorchTrainingEngine().Open(graph, options, step, Batch, s_cpu);
        var losses = Enumerable.Range(0, Steps).Select(i => (Onnx: TakeStep(onnx, step, i), Torch: TakeStep(torch, step, i))).ToArray();

        Assert.All(losses, l => Assert.Equal(1, l.Torch.Loss / l.Onnx.Loss, 1e-3));
        Assert.Equal(losses.Select(l => l.Onnx.Correct), losses.Select(l => l.Torch.Correct));
        Assert.NotEqual(losses[0].Onnx.Loss, losses[^1].Onnx.Loss, 1e-2);
        AssertEqualState(onnx.ReadState(), torch.ReadState());
        AssertEqualState(onnx.ReadPreviousState(), torch.ReadPreviousState());
    }

    [Fact]
    public void One_engine_goes_on_where_the_other_stopped()
    {
        TorchPresence.SkipWithout();
        var network = NetworkSpec.Parse(Modern, "spec.yaml").Compile(seed: 7);
        var options = new SgdOptions();
        var step = TrainingGraph.Of(network.Graph, options, network.DropoutRates);
        using var onnx = new OnnxTrainingEngine().Open(network.Graph, options, step, Batch, s_cpu);
        using var torch = new TorchTrainingEngine().Open(network.Graph, options, step, Batch, s_cpu);
        for (var i = 0; i < 3; i++) TakeStep(onnx, step, i);
        torch.WriteState(onnx.ReadState());
        Assert.Equal(1, TakeStep(torch, step, 3).Loss / TakeStep(onnx, step, 3).Loss, 1e-4);
        AssertEqualState(onnx.ReadState(), torch.ReadState());
    }

    [Fact]
    public void The_trainer_writes_the_same_onnx_file_with_either_engine()
    {
        TorchPresence.SkipWithout();
        using var folder = new TemporaryFolder();
        var network = NetworkSpec.Parse(Modern, "spec.yaml").Compile(seed: 7);
        var options = new TrainingOptions { Epochs = 3, BatchSize = Batch, Device = Device.Cpu, Threads = 1, Augmentation = new Augmentation { Shift = 2 } };
        var set = Pictures();
        var onnx = new ConvNetTrainer(network, set, options).Train(Path.Combine(folder.Path, "onnx"));
        var torch = new ConvNetTrainer(network, set, options, new TorchTrainingEngine()).Train(Path.Combine(folder.Path, "torch"));

        var (expected, actual) = (OnnxFile.Read(onnx.ModelFile!), OnnxFile.Read(torch.ModelFile!));
        Assert.Equal(expected.Nodes.Select(n => n.ToString()), actual.Nodes.Select(n => n.ToString()));
        Assert.Equal(expected.Metadata, actual.Metadata);
        AssertEqualState(expected.Initializers, actual.Initializers);
        Assert.Equal(1, torch.Epochs[^1].TrainingLoss / onnx.Epochs[^1].TrainingLoss, 1e-3);
        Assert.True(torch.Epochs[^1].TrainingLoss < torch.Epochs[0].TrainingLoss);
    }

    [Fact]
    public void An_operator_without_a_row_is_named()
    {
        TorchPresence.SkipWithout();
        var network = NetworkSpec.Parse(Modern, "spec.yaml").Compile(seed: 7);
        var node = network.Graph.Nodes.Last(n => n.OpType == "Relu");
        var odd = network.Graph.With(nodes: network.Graph.Nodes.Select(n => n == node ? n with { OpType = "Tanh" } : n));
        var step = TrainingGraph.Of(network.Graph, new SgdOptions(), network.DropoutRates);
        using var torch = new TorchTrainingEngine().Open(odd, new SgdOptions(), step, Batch, s_cpu);
        var error = Assert.Throws<GraphException>(() => TakeStep(torch, step, 0));
        Assert.Contains("Tanh", error.Message, StringComparison.Ordinal);
        Assert.Contains(node.Label, error.Message, StringComparison.Ordinal);
        Assert.Contains("Relu", error.Message, StringComparison.Ordinal);
    }

    private static (float Loss, long Correct) TakeStep(IStatefulSession session, TrainingStep step, int number)
    {
        var random = new Random(number);
        foreach (ref var value in session.Floats(step.Images)) value = (float)(random.NextDouble() * 2) - 1;
        foreach (ref var label in session.Longs(step.Labels)) label = random.Next(5);
        foreach (var mask in step.Masks)
        {
            foreach (ref var value in session.Floats(mask.Name)) value = random.NextDouble() < mask.Rate ? 0 : 1 / (1 - mask.Rate);
        }

        session.Floats(step.LearningRate)[0] = 0.02f;
        session.Run();
        return (session.Floats(step.Loss)[0], session.Longs(step.Correct)[0]);
    }

    private static TrainingSet Pictures()
    {
        const int Count = 40;
        var random = new Random(0x5EED);
        var frames = Enumerable.Range(0, Count).Select(i =>
            new RgbImage(24, 24, [.. Enumerable.Range(0, 3 * 24 * 24).Select(_ => (byte)((i % 5 * 40) + random.Next(60)))]));
        return new TrainingSet(
            new PixelStore(frames), [.. Enumerable.Range(0, Count).Select(i => i % 5)], ["a", "b", "c", "d", "e"], [.. Enumerable.Range(0, Count)], [],
            new ImagePreprocessing { Width = 24, Height = 24, Mean = new ChannelValues(128), Scale = new ChannelValues(1 / 64f) });
    }

    private static void AssertEqualState(IReadOnlyDictionary<string, OnnxTensor> expected, IReadOnlyDictionary<string, OnnxTensor> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in expected.Where(e => e.Value.Type == ElementType.Float))
        {
            Assert.Equal(tensor.Dims, actual[name].Dims);
            var scale = tensor.Floats.ToArray().Max(Math.Abs);
            TensorAssert.Close(tensor.Floats, actual[name].Floats, new Tolerance(1e-3f * scale, 1e-3f));
        }
    }
}
