using System.Runtime.InteropServices;
using MlNetConvVis.Runtime;
using TorchSharp;

namespace MlNetConvVis.TorchSharp;

/// <summary>LibTorch on this machine: whether it loads, and which device it is to use.</summary>
public static class LibTorch
{
    private static readonly Lazy<string?> s_whyNot = new(FindWhyNot);

    /// <summary>Gets why LibTorch cannot be used here, or null when it can.</summary>
    public static string? WhyNot => s_whyNot.Value;

    /// <summary>Gets LibTorch's version.</summary>
    /// <exception cref="TorchMissingException">It is not there or does not load.</exception>
    public static string Version => WhyNot is { } reason ? throw new TorchMissingException(reason) : torch.__version__;

    /// <exception cref="TorchMissingException">LibTorch is not there or does not load.</exception>
    /// <exception cref="SessionException">CUDA was asked for and is missing.</exception>
    internal static torch.Device Open(SessionSettings settings)
    {
        if (WhyNot is { } reason) throw new TorchMissingException(reason);
        if (settings.Threads > 0) torch.set_num_threads(settings.Threads);
        var wanted = settings.Device;
        if (wanted.Kind == DeviceKind.Cpu) return torch.CPU;
        if (torch.cuda.is_available()) return torch.device(DeviceType.CUDA, wanted.Index);
        return wanted.Kind == DeviceKind.Auto
            ? torch.CPU
            : throw new SessionException(
                $"Device '{wanted}' was asked for, but this LibTorch {torch.__version__} finds no CUDA device. " +
                    $"Use --device cpu or auto, or see 'convvis doctor'.");
    }

    private static string? FindWhyNot()
    {
        if (WhyNotNative() is { } reason) return reason;
        try
        {
            using var one = torch.ones(1);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException)
        {
            return (e.InnerException ?? e).Message.Split('\n', 2)[0].Trim();
        }
    }

    // TorchSharp tells at length what it tried, not what the loader said, and copies half a gigabyte meanwhile: so the loader is asked first.
    private static string? WhyNotNative()
    {
        var name = OperatingSystem.IsWindows() ? "LibTorchSharp.dll" : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so";
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        var file = folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
        if (file is null) return null;
        try
        {
            NativeLibrary.Load(file);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message.Split('\n').Select(static l => l.Trim()).LastOrDefault(static l => l.Length > 0);
        }
    }
}
