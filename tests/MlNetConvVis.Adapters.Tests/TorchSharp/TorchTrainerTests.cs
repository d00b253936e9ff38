using MlNetConvVis.Graph;
using MlNetConvVis.Tests.Training;
using MlNetConvVis.TorchSharp;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.TorchSharp;

/// <summary>The whole loop with this engine: checkpoints, resuming, validation, the stop when the loss is no number.</summary>
public sealed class TorchTrainerTests
{
    [Fact]
    public void Resuming_after_an_interruption_gives_the_uninterrupted_run_to_the_bit()
    {
        TorchPresence.SkipWithout();
        using var folder = new TemporaryFolder();
        var whole = Trainer().Train(Path.Combine(folder.Path, "whole"));
        var stopped = Path.Combine(folder.Path, "stopped");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Trainer().Train(
            stopped, progress: new DirectProgress(p => { if (p is { Epoch: 3, Step: 2 }) stop.Cancel(); }), cancellation: stop.Token));
        var resumed = Trainer().Train(stopped, resume: true);

        Assert.Equal(2, resumed.Resumed);
        foreach (var (name, tensor) in whole.Network.Initializers.Where(static i => i.Value.Type == ElementType.Float))
            Assert.True(tensor.Floats.SequenceEqual(resumed.Network.Initializers[name].Floats), $"'{name}' differs");
        Assert.Equal(File.ReadAllBytes(whole.ModelFile!), File.ReadAllBytes(resumed.ModelFile!));
        Assert.Equal(whole.Epochs.Select(static e => e.ValidationAccuracy), resumed.Epochs.Select(static e => e.ValidationAccuracy));
    }

    [Fact]
    public void Validation_learns_and_a_checkpoint_goes_on_in_the_other_engine()
    {
        TorchPresence.SkipWithout();
        using var folder = new TemporaryFolder();
        var torch = Trainer().Train(folder.Path);
        Assert.True(torch.Epochs[^1].ValidationLoss < torch.Epochs[0].ValidationLoss);
        File.Delete(torch.ModelFile!);
        File.Delete(Checkpoint.Newest(folder.Path)!);
        var onnx = new ConvNetTrainer(TinyTraining.Network(dropout: 0.3f), TinyTraining.Set(), TinyTraining.Options).Train(folder.Path, resume: true);
        Assert.Equal(3, onnx.Resumed);
        Assert.Equal(torch.Epochs[^1].TrainingLoss, onnx.Epochs[^1].TrainingLoss, 1e-3);
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_and_names_the_layer()
    {
        TorchPresence.SkipWithout();
        using var folder = new TemporaryFolder();
        var options = TinyTraining.Options with
        {
            Epochs = 200,
            WeightDecay = 1,
            LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Step, Peak = 100, StepEpochs = 2, Factor = 1 },
        };
        var error = Assert.Throws<TrainingDivergedException>(() =>
            new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), options, new TorchTrainingEngine()).Train(folder.Path));
        Assert.NotNull(error.Layer);
        Assert.Contains(error.Layer, error.Message, StringComparison.Ordinal);
    }

    private static ConvNetTrainer Trainer() =>
        new(TinyTraining.Network(dropout: 0.3f), TinyTraining.Set(), TinyTraining.Options, new TorchTrainingEngine());
}
