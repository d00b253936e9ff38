using System.Text.Json.Nodes;
using MlNetConvVis.Graph;

namespace MlNetConvVis.Training;

/// <summary>Everything that training needs to go on as if it had never stopped. Immutable.</summary>
public sealed record Checkpoint
{
    /// <summary>Gets how many epochs training was to have.</summary>
    public required int PlannedEpochs { get; init; }

    /// <summary>Gets the hash of the network before training: its graph and initial weights.</summary>
    public required string NetworkHash { get; init; }

    /// <summary>Gets the fingerprint of the pictures.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Gets the options as <see cref="TrainingOptions.ToJson"/> writes them, the seed among them.</summary>
    public required string Options { get; init; }

    /// <summary>Gets what came of the epochs that are done.</summary>
    public required IReadOnlyList<EpochMetrics> Epochs { get; init; }

    /// <summary>Gets parameters, velocities and running statistics by the names the step graph gives them.</summary>
    public required IReadOnlyDictionary<string, OnnxTensor> State { get; init; }

    /// <summary>Gets how many epochs are done.</summary>
    public int Epoch => Epochs.Count;

    /// <summary>Finds the checkpoint to go on from: that of the latest epoch.</summary>
    /// <param name="folder">The folder that training writes to.</param>
    /// <returns>The file, or null when there is none.</returns>
    public static string? Newest(string folder) => CheckpointFile.All(folder).LastOrDefault();

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="TrainingException">The file is missing, cut short, damaged or something else.</exception>
    public static Checkpoint Read(string path) => CheckpointFile.Read(path);

    /// <summary>Writes the checkpoint; the file is there whole or not at all.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => CheckpointFile.Write(this, path);

    /// <summary>Says why a run cannot go on from here.</summary>
    /// <param name="networkHash">The run's network.</param>
    /// <param name="dataFingerprint">The run's pictures.</param>
    /// <param name="options">The run's options.</param>
    /// <returns>What differs, or null when nothing does.</returns>
    internal string? DifferenceTo(string networkHash, string dataFingerprint, string options) =>
        networkHash != NetworkHash ? "another network (spec, classes or seed)"
        : dataFingerprint != DataFingerprint ? "other pictures or another split"
        : options != Options ? $"other options ({Changes(Options, options)})"
        : null;

    /// <summary>Names the options that differ, such as "epochs 12, now 30".</summary>
    private static string Changes(string before, string now)
    {
        var (old, changed) = (JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(now)!.AsObject());
        return string.Join("; ", old.Select(static p => p.Key).Union(changed.Select(static p => p.Key))
            .Where(key => !JsonNode.DeepEquals(old[key], changed[key]))
            .Select(key => $"{key} {old[key]?.ToJsonString() ?? "not set"}, now {changed[key]?.ToJsonString() ?? "not set"}"));
    }
}
