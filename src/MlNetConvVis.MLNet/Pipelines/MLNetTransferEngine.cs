using Microsoft.ML;
using MlNetConvVis.Graph;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.MLNet;

/// <summary>The transfer experiment through ML.NET: its transforms read photos and compute features, its chain fits and predicts, its file is saved.</summary>
public sealed class MLNetTransferEngine : ITransferEngine
{
    /// <summary>The file that is saved: the whole way from paths of files to names of classes, for <c>ml.Model.LoadConvNets</c> or <c>ml.Model.Load</c>.</summary>
    public const string ModelFile = "model.zip";

    /// <inheritdoc/>
    public string Name => "ML.NET";

    /// <inheritdoc/>
    public ITransferChain Open(TransferTask task, Action<int> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(progress);
        var ml = new MLContext(seed: 1);
        var device = task.Settings.Device;
        if (device.Kind == DeviceKind.Cuda) ml.GpuDeviceId = device.Index;
        else if (device.Kind == DeviceKind.Auto && RuntimeFacts.Providers.Contains("CUDAExecutionProvider")) (ml.GpuDeviceId, ml.FallbackToCpu) = (device.Index, true);
        try
        {
            return new MLNetTransferChain(ml, task, progress, cancellation);
        }
        catch (Exception e) when (e is GraphException or IOException or InvalidOperationException)
        {
            throw new PipelineException($"ML.NET cannot read the photos: {e.Message}", e);
        }
    }
}
