using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>What a run leaves on disk beside the last network: the best one, those of chosen epochs; and when it stops.</summary>
public sealed class KeptModelTests : IDisposable
{
    private static readonly TrainingOptions s_eight = TinyTraining.Options with { Epochs = 8, KeptCheckpoints = 100 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_network_is_that_of_the_epoch_with_the_lowest_validation_error()
    {
        var result = Train(s_eight);
        var best = result.Epochs.OrderByDescending(static e => e.ValidationAccuracy).ThenBy(static e => e.ValidationLoss).First();
        Assert.Equal(best.Epoch, result.BestEpoch);
        AssertHolds(Checkpoint.Read(CheckpointFile.PathOf(_folder.Path, best.Epoch)), OnnxFile.Load(result.BestModelFile!));
        AssertHolds(Checkpoint.Read(CheckpointFile.PathOf(_folder.Path, 8)), OnnxFile.Load(result.ModelFile!));
    }

    [Fact]
    public void Of_equal_errors_the_lower_loss_wins_and_then_the_earlier_epoch()
    {
        Assert.Equal(3, ValidationTrend.Best([Epoch(1, 0.5, 2), Epoch(2, 0.7, 1.5), Epoch(3, 0.7, 1.4), Epoch(4, 0.7, 1.4), Epoch(5, 0.7, double.NaN)])!.Epoch);
        Assert.Null(ValidationTrend.Best([]));
        Assert.Null(TrainingFolder.BestOf([Epoch(1, 0.5, 2) with { ValidationAccuracy = null }]));
    }

    [Fact]
    public void Networks_of_chosen_epochs_are_kept()
    {
        Train(s_eight with { KeptEpochs = [1, 2, 5], KeptEvery = 4 });
        var files = Directory.GetFiles(Path.Combine(_folder.Path, "epochs")).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["epoch-000001", "epoch-000002", "epoch-000004", "epoch-000005", "epoch-000008"],
            files.Select(static f => Path.GetFileNameWithoutExtension(f)));
        AssertHolds(Checkpoint.Read(CheckpointFile.PathOf(_folder.Path, 5)), OnnxFile.Load(files[3]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Training_stops_when_the_error_falls_no_more(int patience)
    {
        var options = TinyTraining.Options with { Epochs = 60, Patience = patience };
        var result = Train(options);
        Assert.True(result.StoppedEarly);
        for (var count = 1; count <= result.Epochs.Count; count++)
        {
            var errors = result.Epochs.Take(count).Select(static e => 1 - e.ValidationAccuracy!.Value).ToList();
            Assert.Equal(count == result.Epochs.Count, count - 1 - errors.IndexOf(errors.Min()) >= patience);
        }

        using var other = new TemporaryFolder();
        using (var stop = new CancellationTokenSource())
        {
            Assert.ThrowsAny<OperationCanceledException>(() => Train(options, other.Path, stop.Token, p =>
            {
                if (p.Epoch == 2) stop.Cancel();
            }));
        }

        var resumed = new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), options).Train(other.Path, resume: true);
        Assert.Equal(result.Epochs.Count, resumed.Epochs.Count);
        Assert.Equal(File.ReadAllBytes(result.ModelFile!), File.ReadAllBytes(resumed.ModelFile!));
        Assert.Equal(File.ReadAllBytes(result.BestModelFile!), File.ReadAllBytes(resumed.BestModelFile!));
    }

    [Fact]
    public void Checkpoints_from_before_patience_was_there_go_on() =>
        Assert.DoesNotContain("patience", TinyTraining.Options.ToJson(), StringComparison.Ordinal);

    [Fact]
    public void Top_5_is_measured_where_there_are_more_than_five_classes()
    {
        var set = TinyTraining.Set();
        Assert.All(Train(TinyTraining.Options with { Epochs = 1 }).Epochs, static e => Assert.Null(e.ValidationTop5));
        var many = new TrainingSet(set.Pixels, set.Labels, ["a", "b", "c", "d", "e", "f", "g"], set.Training, set.Validation, set.Preprocessing);
        using var other = new TemporaryFolder();
        var result = new ConvNetTrainer(TinyTraining.Network(classes: 7), many, TinyTraining.Options with { Epochs = 2 }).Train(other.Path);
        Assert.All(result.Epochs, static e => Assert.InRange(e.ValidationTop5!.Value, e.ValidationAccuracy!.Value, 1));
        Assert.StartsWith("epoch,learning_rate,training_loss,training_accuracy,validation_loss,validation_accuracy,validation_top5,",
            File.ReadAllText(Path.Combine(other.Path, "metrics.csv")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new float[] { 1, 3, 2 }, 1, 0)]
    [InlineData(new float[] { 1, 3, 2 }, 0, 2)]
    [InlineData(new float[] { 2, 2, 2 }, 0, 0)]
    [InlineData(new float[] { 2, 2, 2 }, 2, 2)]
    [InlineData(new float[] { 2, float.NaN, 1 }, 1, 3)]
    public void Ranks_are_those_counted_by_hand(float[] scores, int label, int rank) => Assert.Equal(rank, MlNetConvVis.Data.ClassRank.Of(scores, label));

    private static EpochMetrics Epoch(int epoch, double accuracy, double loss) => new(epoch, 0.1, 1, 0.5, loss, accuracy, 1, 1);

    private static void AssertHolds(Checkpoint checkpoint, OnnxGraph model)
    {
        foreach (var (name, tensor) in model.Initializers.Where(i => checkpoint.State.ContainsKey(i.Key)))
            Assert.True(tensor.Bytes.SequenceEqual(checkpoint.State[name].Bytes), $"'{name}' differs");
        Assert.Contains("conv1/weights", checkpoint.State.Keys);
    }

    private TrainingResult Train(TrainingOptions options, string? folder = null, CancellationToken stop = default, Action<TrainingProgress>? progress = null) =>
        new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), options)
            .Train(folder ?? _folder.Path, progress: new DirectProgress(progress ?? (static _ => { })), cancellation: stop);
}
