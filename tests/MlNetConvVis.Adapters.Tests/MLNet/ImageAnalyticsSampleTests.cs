using System.Globalization;
using System.Xml.Linq;
using MlNetConvVis.Features;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;
using StockMLNet;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>The sample that knows Microsoft.ML alone, on the network of models/, beside our own projections.</summary>
public sealed class ImageAnalyticsSampleTests
{
    private const int Count = 3;

    [Fact]
    public void Stock_ml_net_draws_what_the_projector_gives()
    {
        using var folder = new TemporaryFolder();
        var net = ConvNet.Load(ReferenceFile.PathOf("MLNet", "zfnet64-tiny-imagenet.onnx"));
        var preprocessing = net.RequirePreprocessing();
        var frames = Enumerable.Range(0, Count).Select(Picture).ToArray();
        foreach (var (i, frame) in frames.Index()) folder.Write($"photos/{i}.png", ImageCodecs.Default.EncodePng(frame));
        var file = Path.Combine(folder.Path, "conv4.onnx");
        OnnxFile.Write(ProjectionModel.Of(net, "conv4", ReversalOptions.Of("paper")), file);
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(0, Deconvnet.Run([file, Path.Combine(folder.Path, "photos"), Path.Combine(folder.Path, "out")], output));

        var images = new float[Count * preprocessing.TensorLength];
        for (var i = 0; i < Count; i++) preprocessing.Normalize(frames[i], images.AsSpan(i * preprocessing.TensorLength, preprocessing.TensorLength));
        var settings = new SessionSettings { Device = Device.Cpu };
        using var extractor = new FeatureExtractor(net, ["conv4"], switches: false, settings);
        var layer = extractor.Matrix("conv4", Count, (i, image) => images.AsSpan(i * image.Length, image.Length).CopyTo(image));
        var units = layer.Chunk(layer.Length / Count).Select(values => Unit.Strongest(values, net.ShapeOf("conv4"))).ToArray();
        using var projector = new Projector(net, "conv4", ReversalRules.Paper, settings, Count);
        var (projections, activations) = (new float[images.Length], new float[Count]);
        projector.Project(images, units, projections, activations);
        foreach (var (i, line) in output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{i}.png: {activations[i]:0.00} at row "), line, StringComparison.Ordinal);
            var expected = TensorPicture.Signed(projections.AsSpan(i * preprocessing.TensorLength, preprocessing.TensorLength), 3, 64, 64).Pixels;
            var drawn = ImageLoader.Read(Path.Combine(folder.Path, "out", $"{i}.png")).Pixels;
            for (var p = 0; p < drawn.Length; p++) Assert.InRange(drawn[p], expected[p] - 1, expected[p] + 1);
        }
    }

    [Fact]
    public void It_refers_to_nothing_of_ours()
    {
        var project = XDocument.Load(ReferenceFile.PathOf("MLNet", "StockMLNet.csproj"));
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.All(project.Descendants("OptionalPackage").SelectMany(static e => e.Attribute("Include")!.Value.Split(';')),
            static name => Assert.StartsWith("Microsoft.ML", name, StringComparison.Ordinal));
        Assert.Contains(File.ReadAllText(ReferenceFile.PathOf("MLNet", "Deconvnet.cs")).ReplaceLineEndings("\n").Trim(),
            File.ReadAllText(ReferenceFile.PathOf("MLNet", "mlnet.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static RgbImage Picture(int seed)
    {
        var pixels = new byte[3 * 64 * 64];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(64, 64, pixels);
    }
}
