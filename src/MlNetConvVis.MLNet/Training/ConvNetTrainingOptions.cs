using System.ComponentModel.DataAnnotations;
using MlNetConvVis.Training;

namespace MlNetConvVis.MLNet.Training;

/// <summary>How a network is trained from the rows of an <see cref="Microsoft.ML.IDataView"/>.</summary>
public sealed record ConvNetTrainingOptions
{
    /// <summary>Gets the recipe. Its device is not used: the context's is (<see cref="Microsoft.ML.MLContext.GpuDeviceId"/>).</summary>
    /// <value>The default is <see cref="TrainingOptions.Modern"/>.</value>
    public TrainingOptions Recipe { get; init; } = TrainingOptions.Modern;

    /// <summary>Gets the seed of the initial weights.</summary>
    /// <value>The default is 0.</value>
    public long Seed { get; init; }

    /// <summary>Gets the folder that relative paths start from; null for the working directory.</summary>
    /// <value>The default is null.</value>
    public string? ImageFolder { get; init; }

    /// <summary>Gets every how many rows one is not trained on but validated with after each epoch; 0 for none.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1_000_000)]
    public int ValidateEvery { get; init; }

    /// <summary>Gets a folder that receives checkpoints, metrics and the model as an ONNX file; null to write nothing.</summary>
    /// <value>The default is null.</value>
    public string? Folder { get; init; }

    /// <summary>Gets whether training goes on from the newest checkpoint of <see cref="Folder"/>.</summary>
    /// <value>The default is false.</value>
    public bool Resume { get; init; }

    /// <summary>Gets what receives a report after every step; null for none.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Gets what computes the steps; null for ONNX Runtime.</summary>
    public ITrainingEngine? Engine { get; init; }
}
