namespace MlNetConvVis.Training;

/// <summary>Training cannot begin or go on. The message says what came, what was wanted and what to do.</summary>
/// <param name="message">The whole message.</param>
/// <param name="inner">The error below, if any.</param>
public class TrainingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What came of training cannot be written: the disk is full, or the folder may not be written. Earlier checkpoints are as they were.</summary>
/// <param name="message">The whole message.</param>
/// <param name="lastCheckpoint">The newest checkpoint that is there, or null.</param>
/// <param name="inner">The error below.</param>
public sealed class TrainingStorageException(string message, string? lastCheckpoint, Exception inner) : TrainingException(message, inner)
{
    /// <summary>Gets the newest checkpoint that is there, or null.</summary>
    public string? LastCheckpoint { get; } = lastCheckpoint;
}

/// <summary>The loss stopped being a number. What earlier epochs left on disk is as it was.</summary>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step in that epoch, from 1.</param>
/// <param name="layer">The first value of the network that holds infinity or no number; null when none does.</param>
/// <param name="message">The whole message.</param>
public sealed class TrainingDivergedException(int epoch, int step, string? layer, string message) : TrainingException(message)
{
    /// <summary>Gets the epoch, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Gets the step in that epoch, from 1.</summary>
    public int Step { get; } = step;

    /// <summary>Gets the first value of the network that holds infinity or no number; null when none does.</summary>
    public string? Layer { get; } = layer;
}
