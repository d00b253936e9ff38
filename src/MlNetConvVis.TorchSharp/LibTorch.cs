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
        torch.set_num_threads(settings.ThreadCount);
        var wanted = settings.Device;
        if (wanted.Kind == DeviceKind.Cpu) return torch.CPU;
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (wanted.Index < count) return torch.device(DeviceType.CUDA, wanted.Index);
        var found = count == 0 ? "no CUDA device" : count == 1 ? "one CUDA device, cuda:0" : $"{count} CUDA devices, cuda:0 to cuda:{count - 1}";
        if (wanted.Kind != DeviceKind.Auto)
        {
            throw new SessionException(
                $"Device '{wanted}' was asked for, but LibTorch {torch.__version__} finds {found} here. Use --device cpu or auto, or see 'convvis doctor'.");
        }

        settings.Note?.Invoke($"LibTorch {torch.__version__} finds {found} here; the processor is used.");
        return torch.CPU;
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
