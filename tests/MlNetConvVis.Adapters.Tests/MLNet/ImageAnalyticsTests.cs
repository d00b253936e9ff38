using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.MLNet;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>ML.NET's own image steps (Microsoft.ML.ImageAnalytics, on SkiaSharp) in front of our transforms.</summary>
public sealed class ImageAnalyticsTests
{
    [Fact]
    public void Images_from_files_reach_the_network()
    {
        using var folder = new TemporaryFolder();
        var frames = Enumerable.Range(0, 4).Select(i => Picture(i)).ToArray();
        foreach (var (i, frame) in frames.Index())
            File.WriteAllBytes(Path.Combine(folder.Path, $"{i}.png"), ImageCodecs.Default.EncodePng(frame));
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(frames.Select((_, i) => new ImageRow { ImagePath = $"{i}.png" }));
        var pipeline = ml.Transforms.LoadImages("Image", folder.Path, "ImagePath")
            .Append(ml.Transforms.ResizeImages("Image", 24, 24))
            .Append(ml.Transforms.ExtractPixels("Pixels", "Image", offsetImage: 128, scaleImage: 1 / 64f))
            .Append(ml.Transforms.ExtractConvFeatures("Features", "Pixels", PixelRow.Network, "fc3"));
        var features = PixelRow.Column(pipeline.Fit(data).Transform(data), "Features");

        var preprocessing = new ImagePreprocessing { Width = 24, Height = 24, Mean = new ChannelValues(128), Scale = new ChannelValues(1 / 64f) };
        using var extractor = new FeatureExtractor(PixelRow.Network, ["fc3"], switches: false, new SessionSettings { Device = Device.Cpu });
        var expected = extractor.Matrix("fc3", frames.Length, (i, image) => preprocessing.Normalize(frames[i], image));
        TensorAssert.Close(expected, features.SelectMany(f => f).ToArray(), Tolerance.Float32);
    }

    private static RgbImage Picture(int seed)
    {
        var pixels = new byte[3 * 24 * 24];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(24, 24, pixels);
    }

    private sealed class ImageRow
    {
        public required string ImagePath { get; init; }
    }
}
