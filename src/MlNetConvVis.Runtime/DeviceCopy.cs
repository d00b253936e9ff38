using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Runtime;

/// <summary>Copies tensors between this process's memory and the device that a session runs on, with means that every version of ONNX Runtime has.</summary>
internal static class DeviceCopy
{
    private static readonly OnnxGraph s_identity = IdentityGraph();

    public static void ToDevice(OnnxTensor tensor, OrtValue destination, bool cuda)
    {
        if (!cuda)
        {
            tensor.Floats.CopyTo(destination.GetTensorMutableDataAsSpan<float>());
            return;
        }

        using var source = OrtValue.CreateTensorValueFromMemory(tensor.Floats.ToArray(), [.. tensor.Dims]);
        Copy(source, destination);
    }

    public static OnnxTensor ToHost(OrtValue source, long[] dims, bool cuda)
    {
        if (!cuda) return OnnxTensor.Of(source.GetTensorDataAsSpan<float>(), dims);
        var values = new float[OnnxTensor.Product(dims)];
        using var destination = OrtValue.CreateTensorValueFromMemory(values, dims);
        Copy(source, destination);
        return OnnxTensor.Of(values, dims);
    }

    /// <summary>An Identity graph on the CUDA provider; binding values of both sides makes the runtime copy across.</summary>
    private static void Copy(OrtValue source, OrtValue destination)
    {
        var (session, _) = SessionFactory.Open(s_identity, new SessionSettings { Device = new Device(DeviceKind.Cuda) });
        using var owned = session;
        using var options = new RunOptions();
        using var binding = session.CreateIoBinding();
        binding.BindInput("x", source);
        binding.BindOutput("y", destination);
        session.RunWithBinding(options, binding);
        binding.SynchronizeBoundOutputs();
    }

    private static OnnxGraph IdentityGraph() => new(
        "copy",
        OpsetVersions.Written,
        [new ValueInfo("x", ElementType.Float, null)],
        [new ValueInfo("y", ElementType.Float, null)],
        [new OnnxNode("Identity", "copy", ["x"], ["y"], OnnxAttributes.None)],
        new Dictionary<string, OnnxTensor>());
}
