using Microsoft.ML.OnnxRuntime;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.Runtime;

public sealed class PackageWorldTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void What_set_up_writes_is_read()
    {
        File.WriteAllText(_file, """
            {
              "inputs": "ab12", "platform": "linux-x64", "nvidiaDevice": false, "nvidiaEvidence": "no /dev/nvidia0", "packageSource": "",
              "onnxRuntime": { "from": "npm", "package": "p", "version": "0.4.9", "reason": "because" },
              "onnxRuntimeCuda": { "from": "none", "package": "", "version": "", "reason": "no device" },
              "libvips": { "from": "npm", "package": "v", "version": "1.3.4", "reason": "all formats" },
              "packages": [ { "id": "Microsoft.ML", "version": "5.0.0", "wanted": true, "served": false, "reason": "no package source has it" } ]
            }
            """);
        var world = PackageWorld.Read(_file);
        Assert.Equal(new NativeLibrarySource("npm", "p", "0.4.9", "because"), world.OnnxRuntime);
        Assert.Equal(new OptionalPackageStatus("Microsoft.ML", "5.0.0", Wanted: true, Served: false, "no package source has it"),
            world.Package("Microsoft.ML"));
        Assert.Null(world.Package("Other"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{ "platform": "linux-x64" }""")]
    public void Anything_else_is_refused_with_the_file_name(string content)
    {
        File.WriteAllText(_file, content);
        Assert.Contains(_file, Assert.Throws<InvalidDataException>(() => PackageWorld.Read(_file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_copy_beside_this_program_tells_the_truth_about_onnx_runtime()
    {
        var world = PackageWorld.OfThisProgram;
        Assert.NotNull(world);
        var packages = world.Packages.Where(package => package is { Id: "Microsoft.ML.OnnxRuntime" or "Microsoft.ML.OnnxRuntime.Gpu", Served: true });
        if (world.OnnxRuntime.From == "nuget")
            Assert.Equal(OrtEnv.Instance().GetVersionString(), Assert.Single(packages).Version);
        else
            Assert.Empty(packages);
    }
}
