using MlNetConvVis.Graph.Training;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Tests.Training;
using MlNetConvVis.TorchSharp;
using TorchSharp;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>The engine's devices and options, and that no step leaves tensors behind.</summary>
public sealed class TorchEngineTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 1 };

    [Fact]
    public void Steps_leave_no_tensors_behind()
    {
        TorchPresence.SkipWithout();
        foreach (var engine in new[] { new EngineOf(static d => new TorchArithmetic(d)), new EngineOf(static d => new TorchArithmetic(d, InFixedOrder: true)) })
        {
            var (session, step) = Open(engine);
            using var owned = session;
            session.Run();
            var statistics = DisposeScopeManager.Statistics;
            var (live, outside, made) = (statistics.ThreadTotalLiveCount, statistics.CreatedOutsideScopeCount, statistics.CreatedInScopeCount);
            for (var i = 0; i < 200; i++) session.Run();
            Assert.True(statistics.CreatedInScopeCount - made > 200 * 20, "the steps made tensors");
            Assert.Equal(live, statistics.ThreadTotalLiveCount);
            Assert.Equal(outside, statistics.CreatedOutsideScopeCount);
            Assert.True(float.IsFinite(session.Floats(step.Loss)[0]));
        }
    }

    [Fact]
    public void Without_cuda_auto_takes_the_processor_with_a_note_and_cuda_is_refused()
    {
        TorchPresence.SkipWithout();
        Assert.SkipWhen(torch.cuda.is_available(), "There is a CUDA device.");
        var notes = new List<string>();
        var (session, _) = Open(new TorchTrainingEngine(), new SessionSettings { Threads = 1, Note = notes.Add });
        using (session) Assert.Equal("Torch cpu", session.Provider);
        Assert.Contains("no CUDA device", Assert.Single(notes), StringComparison.Ordinal);
        var error = Assert.Throws<SessionException>(() => Open(new TorchTrainingEngine(), new SessionSettings { Device = new Device(DeviceKind.Cuda, 3) }));
        Assert.Contains("cuda:3", error.Message, StringComparison.Ordinal);
        Assert.Contains("no CUDA device", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cuda_device_that_is_not_there_is_refused_by_its_number()
    {
        TorchPresence.SkipWithout();
        Assert.SkipUnless(torch.cuda.is_available(), "There is no CUDA device.");
        var error = Assert.Throws<SessionException>(() => Open(new TorchTrainingEngine(), new SessionSettings { Device = new Device(DeviceKind.Cuda, 99) }));
        Assert.Contains("cuda:99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mixed_precision_is_refused_on_the_processor()
    {
        TorchPresence.SkipWithout();
        var error = Assert.Throws<SessionException>(() => Open(new TorchTrainingEngine { MixedPrecision = true }));
        Assert.Contains("Mixed precision", error.Message, StringComparison.Ordinal);
        Assert.Contains("cpu", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void On_cuda_options_keep_the_result(bool mixed, bool deterministic)
    {
        TorchPresence.SkipWithout();
        Assert.SkipUnless(torch.cuda.is_available(), "There is no CUDA device.");
        var reference = FiftySteps.Read();
        var engine = new TorchTrainingEngine { MixedPrecision = mixed, Deterministic = deterministic };
        var settings = new SessionSettings { Device = new Device(DeviceKind.Cuda) };
        var outcome = reference.Train(engine, settings);
        if (!mixed) reference.AssertAgrees(outcome);
        Assert.InRange(outcome.Losses[^1], reference.Losses[^1] - 0.05, reference.Losses[^1] + 0.05);
        if (!deterministic) return;
        var again = reference.Train(engine, settings);
        Assert.All(outcome.State, s => Assert.True(s.Value.Floats.SequenceEqual(again.State[s.Key].Floats), $"'{s.Key}' differs"));
    }

    /// <summary>Every layer type that a spec can name trains and runs, plain and by windows in a fixed order.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Every_layer_type_trains_as_in_onnx_runtime(bool inFixedOrder)
    {
        TorchPresence.SkipWithout();
        const string Spec = """
            name: every-layer
            input: { channels: 3, height: 17, width: 20 }
            classes: 4
            layers:
              - conv1: { type: conv, filters: 8, kernel: 3, stride: 2, pad: same, dilation: 1, activation: relu }
              - conv2: { type: conv, filters: 8, kernel: 3, pad: same, dilation: 2, groups: 2, bias: false }
              - join2: { type: add, from: [conv1, conv2] }
              - norm2: { type: batchnorm }
              - relu2: { type: relu }
              - pool3: { type: maxpool, kernel: 3, stride: 2, pad: same }
              - mean3: { type: averagepool, kernel: 3, stride: 2, pad: same, from: relu2 }
              - both3: { type: concat, from: [pool3, mean3] }
              - norm3: { type: lrn, size: 3, alpha: 0.2 }
              - drop3: { type: dropout, rate: 0.25 }
              - pool4: { type: globalaveragepool }
              - flat4: { type: flatten }
              - fc5: { type: dense, units: classes }
              - prob: { type: softmax }
            """;
        var (onnx, step) = Open(new MlNetConvVis.Training.OnnxTrainingEngine(), null, Spec);
        var (torch, _) = Open(new EngineOf(d => new TorchArithmetic(d, InFixedOrder: inFixedOrder)), null, Spec);
        using var ownedOnnx = onnx;
        using var ownedTorch = torch;
        for (var i = 0; i < 5; i++)
        {
            onnx.Run();
            torch.Run();
        }

        Assert.Equal(1, torch.Floats(step.Loss)[0] / onnx.Floats(step.Loss)[0], 1e-4);
        foreach (var (name, expected) in onnx.ReadState()) FiftySteps.AssertNear(name, expected.Floats, torch.ReadState()[name].Floats);
    }

    private static (IStatefulSession Session, TrainingStep Step) Open(
        MlNetConvVis.Training.ITrainingEngine engine, SessionSettings? settings = null, string? spec = null)
    {
        const int Batch = 4;
        var network = spec is null ? TinyTraining.Network() : NetworkSpec.Parse(spec, "spec.yaml").Compile(seed: 7);
        var image = network.Graph.Inputs[0];
        var graph = network.Graph.With(inputs: [image with { Shape = image.Shape!.With(0, Batch) }]);
        var step = TrainingGraph.Of(graph, new SgdOptions(), network.DropoutRates);
        var session = engine.Open(graph, new SgdOptions(), step, Batch, settings ?? s_cpu);
        var random = new Random(5);
        foreach (ref var value in session.Floats(step.Images)) value = (float)(random.NextDouble() * 2) - 1;
        foreach (ref var label in session.Longs(step.Labels)) label = random.Next(3);
        foreach (var mask in step.Masks)
        {
            foreach (ref var value in session.Floats(mask.Name)) value = random.NextDouble() < mask.Rate ? 0 : 1 / (1 - mask.Rate);
        }

        session.Floats(step.LearningRate)[0] = 0.01f;
        return (session, step);
    }
}
