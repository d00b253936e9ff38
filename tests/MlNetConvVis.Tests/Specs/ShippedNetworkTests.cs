using MlNetConvVis.Features;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Tests.Pipelines;

namespace MlNetConvVis.Tests.Specs;

/// <summary>The trained network in models/: that what its card says of the file is so.</summary>
public sealed class ShippedNetworkTests
{
    private static string Models => Path.Combine(PipelineReaderTests.RepositoryRoot(), "models");

    [Fact]
    public void It_carries_classes_preprocessing_and_the_spec_beside_it()
    {
        var net = ConvNet.Load(Path.Combine(Models, "zfnet64-tiny-imagenet.onnx"));
        Assert.Equal((200, "goldfish"), (net.Classes!.Count, net.Classes[0]));
        var spec = NetworkSpec.Read(Path.Combine(Models, "zfnet64-tiny-imagenet.yaml"));
        Assert.Equal(spec.Preprocessing, net.RequirePreprocessing());
        Assert.Equal(spec.SourceText, net.Original.Metadata[NetworkMetadata.SpecKey]);
        Assert.Equal(1_750_904, spec.CountParameters(200));
    }

    [Fact]
    public void Its_course_is_that_of_the_card()
    {
        var lines = File.ReadAllLines(Path.Combine(Models, "zfnet64-tiny-imagenet.metrics.csv"));
        Assert.Equal(13, lines.Length);
        Assert.StartsWith("12,", lines[^1], StringComparison.Ordinal);
        Assert.Contains(",0.3874,0.6468,", lines[^1], StringComparison.Ordinal);
        Assert.Contains("**38.7 %** right, 64.7 %", File.ReadAllText(Path.Combine(Models, "README.md")), StringComparison.Ordinal);
    }
}
