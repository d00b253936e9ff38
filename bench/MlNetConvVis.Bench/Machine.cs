using System.Diagnostics;
using System.Runtime.InteropServices;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Bench;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string LoadFile = "/proc/loadavg";

    /// <summary>Gets the processor's name and count.</summary>
    public static string Processor => $"{ProcessorName}, {Environment.ProcessorCount} processors";

    /// <summary>Gets the system, .NET and ONNX Runtime.</summary>
    public static string Software => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, ONNX Runtime {OnnxRuntime}";

    /// <summary>Gets how many programs wanted to compute in the last minute, on average; where the system does not say, that.</summary>
    public static string Load => File.Exists(LoadFile) ? File.ReadAllText(LoadFile).Split(' ')[0] : "unknown";

    /// <summary>Gets the most memory that this process has held so far, in megabytes of a million bytes.</summary>
    public static long PeakMegabytes
    {
        get
        {
            using var self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64 / 1_000_000;
        }
    }

    private static string ProcessorName =>
        (File.Exists(ProcessorFile) ? File.ReadLines(ProcessorFile).FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal)) : null)
            ?.Split(':', 2)[1].Trim()
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string OnnxRuntime => PackageWorld.OfThisProgram?.OnnxRuntime is { } source ? $"{source.Version} ({source.From})" : "of unknown version";
}
