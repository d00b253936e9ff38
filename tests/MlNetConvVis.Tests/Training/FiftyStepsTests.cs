using MlNetConvVis.Runtime;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>The ONNX engine beside PyTorch; the TorchSharp engine stands beside both where LibTorch loads (MlNetConvVis.Adapters.Tests).</summary>
public class FiftyStepsTests
{
    private static readonly SessionSettings s_cpu = new() { Device = Device.Cpu, Threads = 1 };

    [Fact]
    public void Fifty_steps_come_to_what_PyTorch_comes_to()
    {
        var reference = FiftySteps.Read();
        var outcome = reference.Train(new OnnxTrainingEngine(), s_cpu);
        reference.AssertAgrees(outcome);
        Assert.True(outcome.Losses[^1] < outcome.Losses[0] / 2, "the network learned");
        FiftySteps.AssertNear("logits", reference.Logits, reference.ExportedLogits(outcome, s_cpu));
    }
}
