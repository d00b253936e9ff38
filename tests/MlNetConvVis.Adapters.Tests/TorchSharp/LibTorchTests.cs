using System.Runtime.InteropServices;
using TorchSharp;

namespace MlNetConvVis.Adapters.Tests.TorchSharp;

public class LibTorchTests
{
    [Fact]
    public void The_native_libraries_beside_TorchSharp_compute()
    {
        SkipWhereTheSystemIsTooOld();
        using var sum = torch.arange(4, dtype: torch.float32).sum();
        Assert.Equal(6f, sum.item<float>());
    }

    /// <summary>TorchSharp's library may ask for a newer C++ runtime than the system has; TorchSharp hides that, the loader says it.</summary>
    private static void SkipWhereTheSystemIsTooOld()
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, DllImportSearchPath.AssemblyDirectory);
        }
        catch (DllNotFoundException failure) when (failure.Message.Contains("version `GLIBC", StringComparison.Ordinal))
        {
            Assert.Skip("this system's C++ runtime is too old for TorchSharp: "
                + failure.Message.Split('\n').First(line => line.Contains("version `GLIBC", StringComparison.Ordinal)).Trim());
        }
    }
}
