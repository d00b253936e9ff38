using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>Generated pictures of three classes in a temporary folder: bright above, bright below, bright left; a network that can tell them.</summary>
internal sealed class PictureFolder : IDisposable
{
    private static readonly string[] s_classes = ["above", "below", "left"];
    private readonly TemporaryFolder _folder = new();

    public PictureFolder(int count)
    {
        var random = new Random(0x5EED);
        Rows = [.. Enumerable.Range(0, count).Select(i => Save(random, i))];
    }

    public string Path => _folder.Path;

    public PictureRow[] Rows { get; }

    public static NetworkSpec Spec { get; } = NetworkSpec.Parse("""
        name: small
        input: { channels: 3, height: 24, width: 24 }
        classes: 3
        preprocessing: { resize: { shortest: 28 }, mean: [128, 128, 128], scale: 0.015625 }
        layers:
          - conv1: { type: conv, filters: 8, kernel: 5, stride: 2, pad: same, batchnorm: true, activation: relu }
          - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
          - conv2: { type: conv, filters: 12, kernel: 3, pad: same, activation: relu }
          - fc3: { type: dense, units: 16, activation: relu }
          - fc4: { type: dense, units: classes }
          - prob: { type: softmax }
        """, "small.yaml");

    /// <summary>The spec with weights from a seed, preprocessing and class names.</summary>
    public static ConvNet Network { get; } = new(Spec.Compile(seed: 3).Graph, Spec.Preprocessing, s_classes);

    public void Dispose() => _folder.Dispose();

    private PictureRow Save(Random random, int i)
    {
        var (width, height) = (30 + random.Next(20), 30 + random.Next(20));
        var pixels = new byte[3 * width * height];
        for (var p = 0; p < pixels.Length; p++)
        {
            var (x, y) = (p / 3 % width, p / 3 / width);
            var bright = (i % 3) switch { 0 => y < height / 2, 1 => y >= height / 2, _ => x < width / 2 };
            pixels[p] = (byte)(random.Next(90) + (bright ? 130 : 0));
        }

        File.WriteAllBytes(System.IO.Path.Combine(Path, $"{i}.png"), ImageCodecs.Default.EncodePng(new RgbImage(width, height, pixels)));
        return new PictureRow { ImagePath = $"{i}.png", Label = s_classes[i % 3] };
    }
}

/// <summary>A picture's file and class.</summary>
internal sealed class PictureRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

/// <summary>What a pipeline says of a picture.</summary>
internal sealed class PicturePrediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
