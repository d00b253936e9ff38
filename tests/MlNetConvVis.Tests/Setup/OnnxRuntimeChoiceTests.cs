using MlNetConvVis.Setup;

namespace MlNetConvVis.Tests.Setup;

public class OnnxRuntimeChoiceTests
{
    private static readonly NativePlatform s_linux = new("linux-x64", "Plugins/Linux/x64", "libvips");
    private static readonly NvidiaDevice s_none = new(false, "no device");
    private static readonly NvidiaDevice s_device = new(true, "a device");

    [Theory]
    [InlineData(true, false, false, "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData(true, false, true, "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData(false, true, false, "Microsoft.ML.OnnxRuntime")]
    [InlineData(false, true, true, null)]           // npm's has a CUDA provider for the device
    [InlineData(false, false, false, null)]
    public void NuGet_with_CUDA_first_then_what_the_device_can_use(bool gpuServed, bool processorServed, bool device, string? package)
    {
        var choice = OnnxRuntimeChoice.Make(Served(gpuServed, processorServed), s_linux, device ? s_device : s_none, npmAsked: false);
        Assert.Equal(package, choice.Package?.Id);
        Assert.Equal(package is null, choice.WhyNotNuGet.Length > 0);
    }

    [Fact]
    public void Asked_for_npm_a_project_gets_neither_package_nor_what_brings_one_along()
    {
        var packages = Served(gpu: true, processor: false);
        var choice = OnnxRuntimeChoice.Make(packages, s_linux, s_none, npmAsked: true);
        Assert.Null(choice.Package);
        Assert.Equal(["Microsoft.ML"], choice.Narrow(packages).Where(package => package.Served).Select(package => package.Id));
    }

    [Fact]
    public void A_package_that_was_chosen_stays_with_what_uses_it()
    {
        var packages = Served(gpu: false, processor: true);
        var narrowed = OnnxRuntimeChoice.Make(packages, s_linux, s_none, npmAsked: false).Narrow(packages);
        Assert.Equal(packages, narrowed);
    }

    private static PackageStatus[] Served(bool gpu, bool processor) =>
    [
        new("Microsoft.ML.OnnxRuntime.Gpu", "1.23.2", Wanted: true, gpu, "why"),
        new("Microsoft.ML.OnnxRuntime", "1.23.2", Wanted: true, processor, "why"),
        new("Microsoft.ML", "5.0.0", Wanted: true, Served: true, "restores"),
        new("Microsoft.ML.OnnxTransformer", "5.0.0", Wanted: true, Served: true, "restores"),
    ];
}
