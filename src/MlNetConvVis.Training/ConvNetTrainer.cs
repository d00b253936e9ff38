using System.Security.Cryptography;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Training;

/// <summary>
/// Trains a convolutional network: forward, loss, gradients and update run in an engine, by default as one ONNX step graph, where the parameters stay.
/// Equal network, pictures, options, engine and device give equal weights to the bit, also when training was stopped and resumed.
/// </summary>
public sealed class ConvNetTrainer
{
    /// <summary>The name of the model file in the training folder: the network of the last epoch.</summary>
    public const string ModelFileName = "model.onnx";

    /// <summary>The name of the file with the network of the epoch with the lowest validation error.</summary>
    public const string BestModelFileName = "model-best.onnx";

    private readonly CompiledNetwork _network;
    private readonly TrainingSet _set;
    private readonly TrainingOptions _options;
    private readonly ITrainingEngine _engine;

    /// <summary>Makes a trainer.</summary>
    /// <param name="network">A freshly compiled network; its seed decides the initial weights.</param>
    /// <param name="set">The pictures, of the network's input size.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="engine">What computes the steps; null for ONNX Runtime.</param>
    /// <exception cref="TrainingException">Network and pictures do not fit, or an option is out of its range.</exception>
    public ConvNetTrainer(CompiledNetwork network, TrainingSet set, TrainingOptions options, ITrainingEngine? engine = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_network, _set, _options, _engine) = (network, set, options.Checked(), engine ?? new OnnxTrainingEngine());
        var (input, preprocessing) = (_network.Spec.Input, _set.Preprocessing);
        if (input.Channels != preprocessing.ChannelCount || input.Height != preprocessing.Height || input.Width != preprocessing.Width)
        {
            throw new TrainingException(
                $"The network takes {input.Channels}x{input.Height}x{input.Width}, but the pictures are " +
                $"{preprocessing.ChannelCount}x{preprocessing.Height}x{preprocessing.Width}. Load them with the preprocessing of the network's spec.");
        }

        var classes = network.Graph.Outputs[0].Shape is { Rank: 2 } shape && shape[1].IsKnown ? shape[1].Size : -1;
        if (classes != set.Classes.Count)
        {
            throw new TrainingException(
                $"The network tells {classes} classes apart, but the pictures have {set.Classes.Count}. Compile the spec for {set.Classes.Count} classes.");
        }
    }

    /// <summary>Trains. A folder gets <c>checkpoints/</c> and <c>metrics.csv</c> after every epoch, <c>model-best.onnx</c> after every epoch that is better
    /// than all before, <c>epochs/</c> where the options keep some, and <c>model.onnx</c> at the end; each file is there whole or not at all.</summary>
    /// <param name="folder">The folder; null to write nothing.</param>
    /// <param name="resume">Whether to go on from the folder's newest checkpoint; without one, training begins anew.</param>
    /// <param name="progress">Receives a report after every step and every epoch; null for none.</param>
    /// <param name="cancellation">Stops training between two steps; checkpoints of finished epochs stay.</param>
    /// <returns>The trained network and what came of the epochs.</returns>
    /// <exception cref="TrainingException">The folder holds checkpoints and <paramref name="resume"/> is not set, or they belong to another run or are
    /// damaged.</exception>
    /// <exception cref="TrainingStorageException">The folder cannot be written; its checkpoints are as they were.</exception>
    /// <exception cref="TrainingDivergedException">The loss stopped being a number.</exception>
    /// <exception cref="OperationCanceledException">Training was stopped.</exception>
    public TrainingResult Train(
        string? folder, bool resume = false, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var hash = Convert.ToHexString(SHA256.HashData(OnnxFile.ToBytes(_network.Graph)))[..32];
        using var kept = folder is null ? null : TrainingFolder.Open(folder, _options);
        var checkpoint = folder is null ? null : CheckpointToResume(folder, resume, hash);
        using var run = new TrainingRun(_network, _set, _options, _engine);
        if (checkpoint is not null) run.Restore(checkpoint);
        while (!run.IsDone)
        {
            run.RunEpoch(progress, cancellation);
            kept?.Save(CheckpointOf(run, hash), run.CurrentNetwork);
        }

        var network = run.CurrentNetwork();
        var file = kept?.WriteModel(network);
        return new TrainingResult(network, run.Epochs, checkpoint?.Epoch, file)
        {
            BestEpoch = TrainingFolder.BestOf(run.Epochs),
            BestModelFile = kept is not null && File.Exists(kept.BestModelFile) ? kept.BestModelFile : null,
            StoppedEarly = run.StoppedEarly && run.Epochs.Count < run.PlannedEpochs,
        };
    }

    private Checkpoint? CheckpointToResume(string folder, bool resume, string networkHash)
    {
        if (Checkpoint.Newest(folder) is not { } file) return null;
        if (!resume)
        {
            throw new TrainingException(
                $"Folder '{folder}' holds checkpoints of an earlier run, the newest '{Path.GetFileName(file)}'. Resume it, or train into another folder.");
        }

        var checkpoint = Checkpoint.Read(file);
        return checkpoint.DifferenceTo(networkHash, _set.Fingerprint, _options.ToJson()) is { } difference
            ? throw new TrainingException($"Checkpoint '{file}' was made with {difference}. Train with the same as before, or into another folder.")
            : checkpoint;
    }

    private Checkpoint CheckpointOf(TrainingRun run, string networkHash) => new()
    {
        PlannedEpochs = run.PlannedEpochs, NetworkHash = networkHash, DataFingerprint = _set.Fingerprint, Options = _options.ToJson(),
        Epochs = [.. run.Epochs], State = run.ReadState(),
    };
}
