using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public sealed class ConvNetTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_seeds_give_equal_weights_and_another_seed_others()
    {
        var first = Train(TinyTraining.Options);
        AssertSameWeights(first.Network, Train(TinyTraining.Options).Network);
        var other = Train(TinyTraining.Options with { Seed = 8 });
        Assert.False(other.Network.Initializers["conv1/weights"].Bytes.SequenceEqual(first.Network.Initializers["conv1/weights"].Bytes));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.4f)]
    public void Stopped_and_resumed_training_gives_the_weights_of_an_uninterrupted_run_to_the_bit(float dropout)
    {
        var straight = new ConvNetTrainer(TinyTraining.Network(dropout: dropout), TinyTraining.Set(), TinyTraining.Options)
            .Train(null, cancellation: TestContext.Current.CancellationToken);
        using (var stop = new CancellationTokenSource())
        {
            var progress = new DirectProgress(p =>
            {
                if (p.Epoch == 3 && p.Step == 2) stop.Cancel();       // in the midst of the third epoch: its steps must be done again
            });
            Assert.ThrowsAny<OperationCanceledException>(() =>
                new ConvNetTrainer(TinyTraining.Network(dropout: dropout), TinyTraining.Set(), TinyTraining.Options)
                .Train(_folder.Path, progress: progress, cancellation: stop.Token));
        }

        Assert.False(File.Exists(Path.Combine(_folder.Path, ConvNetTrainer.ModelFileName)));
        var resumed = new ConvNetTrainer(TinyTraining.Network(dropout: dropout), TinyTraining.Set(), TinyTraining.Options)
            .Train(_folder.Path, resume: true, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2, resumed.Resumed);
        AssertSameWeights(straight.Network, resumed.Network);
        Assert.Equal(straight.Epochs.Select(static e => (e.TrainingLoss, e.ValidationLoss)),
            resumed.Epochs.Select(static e => (e.TrainingLoss, e.ValidationLoss)));
    }

    [Fact]
    public void A_finished_run_that_is_resumed_trains_no_more_and_gives_the_same_model()
    {
        var first = Train(TinyTraining.Options, _folder.Path);
        var bytes = File.ReadAllBytes(first.ModelFile!);
        var again = new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), TinyTraining.Options)
            .Train(_folder.Path, resume: true, new DirectProgress(static _ => Assert.Fail("a step was made")), TestContext.Current.CancellationToken);
        Assert.Equal(bytes, File.ReadAllBytes(again.ModelFile!));
        Assert.Equal(5, File.ReadAllLines(Path.Combine(_folder.Path, "metrics.csv")).Length);
    }

    [Fact]
    public void The_exported_model_gives_what_validation_measured()
    {
        var set = TinyTraining.Set();
        var result = new ConvNetTrainer(TinyTraining.Network(), set, TinyTraining.Options)
            .Train(_folder.Path, cancellation: TestContext.Current.CancellationToken);
        var model = OnnxFile.Load(result.ModelFile!);
        Assert.Equal(set.Preprocessing, ImagePreprocessing.FromJson(model.Metadata[ImagePreprocessing.MetadataKey]));
        Assert.Equal(set.Classes, JsonSerializer.Deserialize<string[]>(model.Metadata[NetworkMetadata.ClassesKey])!);
        Assert.Contains("conv2", model.Metadata["convvis.layers"], StringComparison.Ordinal);
        Assert.Contains("name: tiny", model.Metadata["convvis.spec"], StringComparison.Ordinal);

        using var session = new GraphSession(model, new SessionSettings { Device = Device.Cpu });
        using var run = session.Bind(1);                                // one picture a run: the trainer's own batches are larger
        var (loss, right) = (0.0, 0);
        foreach (var place in set.Validation)
        {
            set.Preprocessing.Preprocess(set.Pixels[place], run.Floats(model.Inputs[0].Name));
            run.Run(1);
            var probabilities = run.Floats(model.Outputs[0].Name).ToArray();
            loss -= Math.Log(probabilities[set.Labels[place]]);
            if (Array.IndexOf(probabilities, probabilities.Max()) == set.Labels[place]) right++;
        }

        Assert.Equal(result.Epochs[^1].ValidationLoss!.Value, loss / set.Validation.Count, 1e-5);
        Assert.Equal(result.Epochs[^1].ValidationAccuracy!.Value, (double)right / set.Validation.Count, 1e-12);
    }

    [Fact]
    public void A_few_pictures_are_learned_by_heart()
    {
        var options = TinyTraining.Options with
        {
            Epochs = 30,
            BatchSize = 500,
            LabelSmoothing = 0,
            Augmentation = Augmentation.None,
            LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Constant, Peak = 0.05f },
        };
        var epochs = Train(options).Epochs;                             // a batch larger than the set: all of it is one batch
        Assert.True(epochs[^1].TrainingLoss < 0.1 * epochs[0].TrainingLoss, $"loss {epochs[0].TrainingLoss} -> {epochs[^1].TrainingLoss}");
        Assert.Equal(1, epochs[^1].TrainingAccuracy);
        Assert.True(epochs[^1].ValidationAccuracy > 0.8, $"validation accuracy {epochs[^1].ValidationAccuracy}");
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_training_names_the_layer_and_leaves_earlier_checkpoints()
    {
        // Weight decay 1 at rate 100 multiplies weights with about -100 a step. Batch normalisation hides it in conv layers until floats overflow.
        var wild = TinyTraining.Options with
        {
            Epochs = 200,
            WeightDecay = 1,
            LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Step, Peak = 1e-6f, StepEpochs = 2, Factor = 1 },
        };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), wild).Train(
            _folder.Path, progress: new DirectProgress(p => { if (p.Epoch == 2) stop.Cancel(); }), cancellation: stop.Token));
        var checkpoint = Checkpoint.Newest(_folder.Path)!;
        var hot = wild with { LearningRate = wild.LearningRate with { Peak = 100 } };
        (Checkpoint.Read(checkpoint) with { Options = hot.ToJson() }).Write(checkpoint);
        var before = File.ReadAllBytes(checkpoint);

        var error = Assert.Throws<TrainingDivergedException>(() =>
            new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), hot).Train(_folder.Path, resume: true));

        Assert.True(error.Epoch >= 2 && error.Step >= 1);
        Assert.NotNull(error.Layer);
        Assert.Contains($"'{error.Layer}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Lower the learning rate", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, ConvNetTrainer.ModelFileName)));
        var kept = Checkpoint.Read(Checkpoint.Newest(_folder.Path)!);
        Assert.All(kept.State.Values, static t => Assert.DoesNotContain(t.Floats.ToArray(), float.IsNaN));
        if (kept.Epoch == 1) Assert.Equal(before, File.ReadAllBytes(checkpoint));
    }

    /// <summary>The last step of an epoch may break what only validation shows; a checkpoint must not hold it.</summary>
    [Fact]
    public void What_breaks_at_the_end_of_an_epoch_stops_training_too()
    {
        var hot = TinyTraining.Options with
        {
            Epochs = 200,
            BatchSize = 64,                                          // one batch an epoch, so every step is the last
            WeightDecay = 1,
            LearningRate = new LearningRateSchedule { Shape = LearningRateShape.Step, Peak = 100, StepEpochs = 2, Factor = 1 },
        };
        var error = Assert.Throws<TrainingDivergedException>(() => Train(hot, _folder.Path));
        Assert.Contains($"'{error.Layer}'", error.Message, StringComparison.Ordinal);
        var kept = Checkpoint.Read(Checkpoint.Newest(_folder.Path)!);
        Assert.Equal(error.Epoch - 1, kept.Epoch);
        Assert.All(kept.State.Values, static t => Assert.All(t.Floats.ToArray(), static v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void Options_out_of_range_are_named() =>
        Assert.Contains("Peak", Assert.Throws<TrainingException>(() =>
            (TinyTraining.Options with { LearningRate = new LearningRateSchedule { Peak = 1e20f } }).Checked()).Message, StringComparison.Ordinal);

    [Fact]
    public void Checkpoints_of_another_run_or_unwanted_ones_are_refused()
    {
        var options = TinyTraining.Options with { Epochs = 1 };
        Train(options, _folder.Path);
        AssertRefused(options, TinyTraining.Set(), resume: false, "earlier run");
        AssertRefused(options with { Seed = 99 }, TinyTraining.Set(), resume: true, "(seed 7, now 99)");
        AssertRefused(options, TinyTraining.Set(seed: 2), resume: true, "other pictures");
        var error = Assert.Throws<TrainingException>(() =>
            new ConvNetTrainer(TinyTraining.Network(seed: 4), TinyTraining.Set(), options).Train(_folder.Path, resume: true));
        Assert.Contains("another network", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_budget_cuts_the_number_of_epochs_but_never_to_none()
    {
        Assert.Single(Train(TinyTraining.Options with { TimeBudget = TimeSpan.FromTicks(1) }).Epochs);
        Assert.Equal(4, Train(TinyTraining.Options with { TimeBudget = TimeSpan.FromHours(9) }).Epochs.Count);
    }

    [Fact]
    public void Progress_tells_every_step_and_every_epoch()
    {
        var reports = new List<TrainingProgress>();
        var result = new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), TinyTraining.Options)
            .Train(null, progress: new DirectProgress(reports.Add), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(4 * (4 + 1), reports.Count);                       // 33 pictures to train on, 8 a batch: 4 steps and one validation an epoch
        Assert.Equal(result.Epochs, reports.Where(static r => r.Finished is not null).Select(static r => r.Finished!));
        Assert.All(reports, static r => Assert.Equal((4, 4), (r.Epochs, r.Steps)));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    [Fact]
    public void Pictures_of_another_size_or_number_of_classes_are_refused()
    {
        var set = TinyTraining.Set();
        var two = new TrainingSet(set.Pixels, [.. set.Labels.Select(static l => l % 2)], ["a", "b"], set.Training, set.Validation, set.Preprocessing);
        Assert.Contains("3 classes", Assert.Throws<TrainingException>(() => new ConvNetTrainer(TinyTraining.Network(), two, TinyTraining.Options)).Message,
            StringComparison.Ordinal);
        Assert.Contains("label", Assert.Throws<TrainingException>(() => new TrainingSet(set.Pixels, [0], set.Classes, [0], [], set.Preprocessing)).Message,
            StringComparison.Ordinal);
        var wide = new TrainingSet(
            new PixelStore([RgbImage.Filled(13, 12, Rgb.White)]), [0], ["a", "b", "c"], [0], [], set.Preprocessing with { Width = 13 });
        Assert.Contains("3x12x13", Assert.Throws<TrainingException>(() => new ConvNetTrainer(TinyTraining.Network(), wide, TinyTraining.Options)).Message,
            StringComparison.Ordinal);
    }

    private static void AssertSameWeights(OnnxGraph expected, OnnxGraph actual)
    {
        Assert.Equal(expected.Initializers.Keys, actual.Initializers.Keys);
        foreach (var (name, tensor) in expected.Initializers) Assert.True(tensor.Bytes.SequenceEqual(actual.Initializers[name].Bytes), $"'{name}' differs");
    }

    private static TrainingResult Train(TrainingOptions options, string? folder = null) =>
        new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), options).Train(folder, cancellation: TestContext.Current.CancellationToken);

    private void AssertRefused(TrainingOptions options, TrainingSet set, bool resume, string reason)
    {
        var error = Assert.Throws<TrainingException>(() => new ConvNetTrainer(TinyTraining.Network(), set, options).Train(_folder.Path, resume));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
