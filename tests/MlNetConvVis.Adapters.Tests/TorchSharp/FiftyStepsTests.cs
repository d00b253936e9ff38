using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Training;
using MlNetConvVis.TorchSharp;
using MlNetConvVis.Training;
using TorchSharp;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>Two engines and PyTorch come to one result, and the exported file gives the engine's own outputs.</summary>
public sealed class FiftyStepsTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 1 };

    [Fact]
    public void Fifty_steps_come_to_what_PyTorch_and_the_onnx_engine_come_to()
    {
        TorchPresence.SkipWithout();
        var reference = FiftySteps.Read();
        var torch = reference.Train(new TorchTrainingEngine(), s_cpu);
        reference.AssertAgrees(torch);
        var onnx = reference.Train(new OnnxTrainingEngine(), s_cpu);
        Assert.Equal(onnx.Correct, torch.Correct);
        foreach (var (name, expected) in onnx.State) FiftySteps.AssertNear(name, expected.Floats, torch.State[name].Floats);
        FiftySteps.AssertNear("logits", reference.Logits, reference.ExportedLogits(torch, s_cpu));
    }

    [Fact]
    public void The_exported_network_gives_the_outputs_of_the_engine()
    {
        TorchPresence.SkipWithout();
        var reference = FiftySteps.Read();
        var outcome = reference.Train(new TorchTrainingEngine(), s_cpu);
        using var network = new TorchNetwork(outcome.Network, outcome.Logits, s_cpu);
        var own = network.Run(outcome.FirstImages, reference.Batch);
        TensorAssert.Close(own, reference.ExportedLogits(outcome, s_cpu), new Tolerance(1e-5f, 1e-5f));
        using var whole = new TorchNetwork(outcome.Network, null, s_cpu);
        Assert.Equal(reference.Batch, whole.Run(outcome.FirstImages, reference.Batch).Sum(), 1e-4f);
    }

    /// <summary>What CUDA computes with <see cref="TorchTrainingEngine.Deterministic"/>, here on the processor.</summary>
    [Fact]
    public void Windows_in_a_fixed_order_come_to_the_same()
    {
        TorchPresence.SkipWithout();
        var reference = FiftySteps.Read();
        reference.AssertAgrees(reference.Train(new EngineOf(static d => new TorchArithmetic(d, InFixedOrder: true)), s_cpu));
    }

    /// <summary>What CUDA computes with <see cref="TorchTrainingEngine.MixedPrecision"/>, here on the processor, where LibTorch has kernels for float16.</summary>
    [Fact]
    public void Half_precision_learns_the_same_and_keeps_weights_in_float32()
    {
        TorchPresence.SkipWithout();
        // LibTorch 1.13 has bfloat16 there only: 8 bits of a number instead of 11, rounded differently by every kind of processor, which moves the loss of
        // a single batch of eight by up to half a nat: the course is judged by the mean over all steps.
        var (type, allowed) = TorchPresence.HasHalfOnProcessor ? (torch.ScalarType.Float16, 0.02) : (torch.ScalarType.BFloat16, 0.1);
        var reference = FiftySteps.Read();
        var outcome = reference.Train(new EngineOf(d => new TorchArithmetic(d, type)), s_cpu);
        var differences = reference.Losses.Zip(outcome.Losses, static (a, b) => Math.Abs(a - b)).ToList();
        TestContext.Current.SendDiagnosticMessage($"{type}: {differences.Average():G2} nats in the mean, at most {differences.Max():G2}");
        Assert.InRange(differences.Average(), 0, allowed);
        Assert.InRange(outcome.Losses[^1], reference.Losses[^1] - 0.05, reference.Losses[^1] + 0.05);
        Assert.NotEqual((float)reference.Losses[0], outcome.Losses[0], 1e-5f);
        // More bits than either half type has.
        Assert.Contains(outcome.State["fc4/weights"].Floats.ToArray(), static w => (BitConverter.SingleToInt32Bits(w) & 0xFFF) != 0);
    }
}
