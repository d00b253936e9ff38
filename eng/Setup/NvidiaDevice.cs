namespace MlNetConvVis.Setup;

/// <summary>Whether there is an NVIDIA device, and how we know.</summary>
internal sealed record NvidiaDevice(bool Present, string Evidence)
{
    public static NvidiaDevice Look() =>
        File.Exists("/dev/nvidia0") ? new(true, "/dev/nvidia0 exists")
        : ChildProcess.Find("nvidia-smi") is { } tool && ChildProcess.Capture(tool, ["-L"], Path.GetTempPath()) is { ExitCode: 0 } ? new(true, "nvidia-smi lists a device")
        : new(false, "no /dev/nvidia0, and no nvidia-smi that lists a device");
}
