using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Training;

/// <summary>
/// What a run leaves on disk: <c>checkpoints/</c>, <c>metrics.csv</c>, <c>model.onnx</c>, <c>model-best.onnx</c>, <c>epochs/</c>. Every file is there whole
/// or not at all; a checkpoint is written after all else of its epoch, so that an epoch cut off is done again with the same result.
/// </summary>
internal sealed class TrainingFolder : IDisposable
{
    private readonly string _path;
    private readonly TrainingOptions _options;
    private readonly FileStream _lock;

    private TrainingFolder(string path, TrainingOptions options, FileStream @lock) => (_path, _options, _lock) = (path, options, @lock);

    public string BestModelFile => Path.Combine(_path, ConvNetTrainer.BestModelFileName);

    /// <summary>Opens the folder for one run at a time and takes away what a killed process left half written.</summary>
    /// <exception cref="TrainingStorageException">The folder cannot be made or written, or another run works in it.</exception>
    public static TrainingFolder Open(string path, TrainingOptions options)
    {
        try
        {
            Directory.CreateDirectory(path);
            var @lock = new FileStream(Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var folder in new[] { path, CheckpointFile.FolderOf(path), EpochsIn(path) }.Where(Directory.Exists))
            {
                foreach (var unfinished in Directory.GetFiles(folder, "*.tmp")) File.Delete(unfinished);
            }

            return new TrainingFolder(path, options, @lock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingStorageException(
                $"Folder '{path}' cannot be used: {e.Message.TrimEnd('.')}. If another run works in it, wait for it, or train into another folder.", null, e);
        }
    }

    /// <summary>Saves what came of an epoch, then removes checkpoints that are kept no longer.</summary>
    /// <param name="checkpoint">The run as it stands.</param>
    /// <param name="network">Makes the network as it stands, in the form it is used in.</param>
    /// <exception cref="TrainingStorageException">The disk is full or may not be written; the earlier checkpoints are as they were.</exception>
    public void Save(Checkpoint checkpoint, Func<OnnxGraph> network)
    {
        var epoch = checkpoint.Epoch;
        var isBest = BestOf(checkpoint.Epochs) == epoch;
        Guarded($"What came of epoch {epoch}", () =>
        {
            if (isBest) Write(network(), BestModelFile);
            if (_options.KeptEpochs.Contains(epoch) || (_options.KeptEvery is { } every && epoch % every == 0)) Write(network(), EpochFile(epoch));
            MetricsFile.Write(_path, checkpoint.Epochs);
            checkpoint.Write(CheckpointFile.PathOf(_path, epoch));
            Prune(checkpoint.Epochs);
        });
    }

    /// <summary>Writes the network that training ended with.</summary>
    public string WriteModel(OnnxGraph network)
    {
        var file = Path.Combine(_path, ConvNetTrainer.ModelFileName);
        Guarded("The trained network", () => Write(network, file));
        return file;
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The best epoch is that of the validation pictures; without any there is none.</summary>
    public static int? BestOf(IReadOnlyList<EpochMetrics> epochs) =>
        epochs is [.., { ValidationAccuracy: not null }] ? ValidationTrend.Best(epochs)!.Epoch : null;

    private static string EpochsIn(string path) => Path.Combine(path, "epochs");

    private static void Write(OnnxGraph network, string file) => DurableFile.Write(file, stream => stream.Write(OnnxFile.ToBytes(network)));

    private string EpochFile(int epoch) =>
        Path.Combine(EpochsIn(_path), string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch:D6}.onnx"));

    private void Prune(IReadOnlyList<EpochMetrics> epochs)
    {
        var best = BestOf(epochs) is { } epoch ? CheckpointFile.PathOf(_path, epoch) : null;
        foreach (var old in CheckpointFile.All(_path).SkipLast(_options.KeptCheckpoints).Where(f => f != best)) File.Delete(old);
    }

    private void Guarded(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var newest = Checkpoint.Newest(_path);
            throw new TrainingStorageException(
                $"{what} cannot be written to '{_path}': {e.Message.TrimEnd('.')}. " +
                (newest is null ? "There is no checkpoint yet. " : $"The last checkpoint, '{newest}', is as it was. ") +
                "Make room or give the right to write there, then resume.", newest, e);
        }
    }
}
