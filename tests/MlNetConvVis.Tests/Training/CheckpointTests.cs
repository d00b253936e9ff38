using MlNetConvVis.Graph;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var written = Some(2);
        var path = Write(written);
        var read = Checkpoint.Read(path);
        Assert.Equal((written.PlannedEpochs, written.NetworkHash, written.DataFingerprint, written.Options),
            (read.PlannedEpochs, read.NetworkHash, read.DataFingerprint, read.Options));
        Assert.Equal(written.Epochs, read.Epochs);
        Assert.Equal(["a", "b/velocity"], read.State.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2, 3], read.State["a"].Dims);
        Assert.Equal([1, 2, 3, 4, 5, float.Epsilon], read.State["a"].Floats.ToArray());
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(-1)]
    public void A_checkpoint_cut_short_is_refused_and_the_one_before_is_named_and_whole(int length)
    {
        var earlier = Write(Some(1));
        var path = Write(Some(2));
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(length < 0 ? bytes.Length + length : length)]);
        var error = Assert.Throws<TrainingException>(() => Checkpoint.Read(Checkpoint.Newest(_folder.Path)!));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(earlier, error.Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Equal(1, Checkpoint.Read(Checkpoint.Newest(_folder.Path)!).Epoch);
    }

    [Fact]
    public void A_single_changed_bit_is_found()
    {
        var path = Write(Some(1));
        var bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("checksum", Assert.Throws<TrainingException>(() => Checkpoint.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_newest_and_the_best_are_kept()
    {
        var best = new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), TinyTraining.Options)
            .Train(_folder.Path, cancellation: TestContext.Current.CancellationToken).BestEpoch;
        var files = Directory.GetFiles(Path.Combine(_folder.Path, "checkpoints")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(new[] { best!.Value, 3, 4 }.Distinct().Order().Select(static e => $"epoch-00000{e}.ckpt"), files);
    }

    private string Write(Checkpoint checkpoint)
    {
        var path = CheckpointFile.PathOf(_folder.Path, checkpoint.Epoch);
        checkpoint.Write(path);
        return path;
    }

    private static Checkpoint Some(int epochs) => new()
    {
        PlannedEpochs = 9, NetworkHash = "n", DataFingerprint = "d", Options = "{\"seed\":1}",
        Epochs = [.. Enumerable.Range(1, epochs)
            .Select(static e => new EpochMetrics(e, 0.1, 2.5, 1 / 3.0, e == 1 ? null : 1.25, e == 1 ? null : 0.5, 1.5, 100))],
        State = new Dictionary<string, OnnxTensor>
        {
            ["b/velocity"] = OnnxTensor.Of([0.5f], 1), ["a"] = OnnxTensor.Of([1, 2, 3, 4, 5, float.Epsilon], 2, 3),
        },
    };
}
