using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Training;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime.Blocked;

namespace MlNetConvVis.Runtime;

/// <summary>Opens ONNX Runtime sessions on the device that was asked for.</summary>
internal static class SessionFactory
{
    public const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>How long threads wait busily for one another, in microseconds: longer than most operators' gaps, shorter than waking up costs.</summary>
    private const string BriefWait = "100";

    private static readonly OrtEnv s_environment = QuietEnvironment();
    private static readonly bool s_waitsBriefly = System.Version.TryParse(Version, out var version) && version >= new Version(1, 29);
    private static readonly Lazy<string[]> s_providers = new(static () => s_environment.GetAvailableProviders());

    public static string Version => s_environment.GetVersionString();

    /// <summary>Gets the providers that this build of ONNX Runtime has.</summary>
    public static IReadOnlyList<string> Providers => s_providers.Value;

    public static (InferenceSession Session, string Provider) Open(OnnxGraph graph, SessionSettings settings)
    {
        if (settings.Device.Kind != DeviceKind.Cpu)
        {
            try
            {
                return (OpenOn(ForCuda(graph), settings, cuda: true), CudaProvider);
            }
            catch (Exception e) when (settings.Device.Kind == DeviceKind.Auto && IsMissingDevice(e))
            {
                if (Providers.Contains(CudaProvider)) settings.Note?.Invoke($"CUDA does not work here ({FirstLine(e.Message)}); the processor is used.");
            }
            catch (Exception e) when (IsMissingDevice(e))
            {
                throw new SessionException(
                    $"Device '{settings.Device}' was asked for, but CUDA does not work here: {FirstLine(e.Message)} " +
                    $"This build of ONNX Runtime has {string.Join(", ", Providers)}. Use --device cpu or auto, or see 'convvis doctor'.", e);
            }
        }

        return (OpenOn(ForProcessor(graph), settings, cuda: false), SessionSettings.ProcessorProvider);
    }

    private static OnnxGraph ForCuda(OnnxGraph graph) => FirstMaximum.Lower(BatchStatistics.Lower(WeightGradient.Lower(graph)));

    private static OnnxGraph ForProcessor(OnnxGraph graph) =>
        WeightGradient.Lower(BlockedConvolutions.Lower(ContrastNormalization.Lower(graph)));

    /// <summary>Newer packages of ONNX Runtime report their use to Microsoft unless told not to.</summary>
    private static OrtEnv QuietEnvironment()
    {
        var environment = OrtEnv.Instance();
        environment.DisableTelemetryEvents();
        return environment;
    }

    private static bool IsMissingDevice(Exception e) => e is MissingDeviceException or EntryPointNotFoundException or DllNotFoundException;

    private static InferenceSession OpenOn(OnnxGraph graph, SessionSettings settings, bool cuda)
    {
        using var options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            IntraOpNumThreads = settings.ThreadCount,
        };
        // an older runtime, which cannot be told to stop soon, would take the processor from threads that decode pictures
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.BusyWaiting || s_waitsBriefly ? "1" : "0");
        if (!settings.BusyWaiting && s_waitsBriefly) options.AddSessionConfigEntry("session.intra_op.spin_duration_us", BriefWait);
        // merges a Pad into a pool, whose pads it then refuses as too large
        options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "Pad_Fusion");
        if (cuda) AppendCuda(options, settings.Device.Index);
        try
        {
            return new InferenceSession(OnnxFile.ToBytes(graph), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SessionException($"ONNX Runtime does not accept the model: {FirstLine(e.Message)}", e);
        }
    }

    private static void AppendCuda(SessionOptions options, int index)
    {
        if (!Providers.Contains(CudaProvider)) throw new MissingDeviceException("this build has no CUDA provider.");
        try
        {
            options.AppendExecutionProvider_CUDA(index);
        }
        catch (OnnxRuntimeException e)
        {
            throw new MissingDeviceException(FirstLine(e.Message));
        }
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();

    private sealed class MissingDeviceException(string message) : Exception(message);
}

/// <summary>What the ONNX Runtime in use can do.</summary>
public static class RuntimeFacts
{
    /// <summary>Gets ONNX Runtime's version.</summary>
    public static string Version => SessionFactory.Version;

    /// <summary>Gets the execution providers of this build, best first.</summary>
    public static IReadOnlyList<string> Providers => SessionFactory.Providers;

    /// <summary>Gets how many channels training lays together in memory on this processor, so that they fill a vector register; 0 for a plain layout.</summary>
    public static int ChannelBlock => BlockSize.OfProcessor;
}
