using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>Disks that are full, folders that cannot be written, and what killed processes leave behind.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Everything written to /dev/full fails as on a full disk; the third checkpoint is led there.</summary>
    [Fact]
    public void A_full_disk_stops_training_with_the_last_checkpoint_intact()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full");
        var error = Assert.Throws<TrainingStorageException>(() => Train(resume: false, p =>
        {
            if (p is not { Epoch: 3, Step: 1 }) return;
            var unfinished = $"{CheckpointFile.PathOf(_folder.Path, 3)}.{Environment.ProcessId}.tmp";
            if (!File.Exists(unfinished)) File.CreateSymbolicLink(unfinished, "/dev/full");
        }));
        AssertStoppedAfterTwo(error);
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, Train(resume: true).Epochs.Count);
    }

    [Fact]
    public void A_checkpoint_that_cannot_take_its_place_stops_training_with_the_last_one_intact()
    {
        var inTheWay = CheckpointFile.PathOf(_folder.Path, 3);
        var error = Assert.Throws<TrainingStorageException>(() => Train(resume: false, p =>
        {
            if (p is { Epoch: 3, Step: 1 }) Directory.CreateDirectory(Path.Combine(inTheWay, "full"));
        }));
        AssertStoppedAfterTwo(error);
        Directory.Delete(inTheWay, recursive: true);
        Assert.Equal(4, Train(resume: true).Epochs.Count);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_before_training()
    {
        _folder.Write("taken", "a file");
        var error = Assert.Throws<TrainingStorageException>(() => new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), TinyTraining.Options)
            .Train(Path.Combine(_folder.Path, "taken"), progress: new DirectProgress(static _ => Assert.Fail("a step was made"))));
        Assert.Contains("cannot be used", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_one_run_at_a_time_works_in_a_folder()
    {
        using var first = TrainingFolder.Open(_folder.Path, TinyTraining.Options);
        Assert.Contains("another run", Assert.Throws<TrainingStorageException>(() => Train(resume: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_goes_away()
    {
        var left = _folder.Write("checkpoints/epoch-000001.ckpt.4711.tmp", "half");
        Train(resume: true);
        Assert.False(File.Exists(left));
    }

    private void AssertStoppedAfterTwo(TrainingStorageException error)
    {
        Assert.Equal(CheckpointFile.PathOf(_folder.Path, 2), error.LastCheckpoint);
        Assert.Contains("epoch 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("resume", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Checkpoint.Read(error.LastCheckpoint!).Epoch);
        Assert.False(File.Exists(Path.Combine(_folder.Path, ConvNetTrainer.ModelFileName)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "checkpoints"), "*.tmp"));
    }

    private TrainingResult Train(bool resume, Action<TrainingProgress>? progress = null) =>
        new ConvNetTrainer(TinyTraining.Network(), TinyTraining.Set(), TinyTraining.Options with { KeptCheckpoints = 1 })
            .Train(_folder.Path, resume, new DirectProgress(progress ?? (static _ => { })));
}
