using System.Reflection;

namespace MlNetConvVis.Tests;

/// <summary>Says out loud which adapters this build has. One is empty where its packages did not restore when the tree was built.</summary>
public sealed class AdapterPresenceTests
{
    [Theory]
    [InlineData("MlNetConvVis.ImageSharp", "ImageSharpCodec", "SixLabors.ImageSharp 3.1.12")]
    [InlineData("MlNetConvVis.MLNet", "ConvNetCatalog", "Microsoft.ML.OnnxTransformer 5.0.0")]
    [InlineData("MlNetConvVis.TorchSharp", "TorchTrainingEngine", "TorchSharp 0.102.7")]
    public void Adapter_is_whole_or_left_out(string assembly, string type, string package)
    {
        var types = Assembly.Load(assembly).GetExportedTypes();
        Assert.SkipWhen(types.Length == 0, $"{assembly} is left out: {package} or newer does not restore here.");
        Assert.Contains(types, t => t.Name == type);
    }

    [Fact]
    public void Trainers_of_Microsoft_ML_TorchSharp_stand_beside_ours_or_are_left_out()
    {
        var tests = typeof(AdapterPresenceTests).Assembly.GetType("MlNetConvVis.Tests.MLNet.TorchSharpTrainersTests");
        Assert.SkipWhen(tests is null, "No chain with ML.NET's own TorchSharp trainers: Microsoft.ML.TorchSharp 0.23.0 or newer does not restore here.");
        Assert.Contains(typeof(AdapterPresenceTests).Assembly.GetReferencedAssemblies(), static a => a.Name == "Microsoft.ML.TorchSharp");
    }
}
