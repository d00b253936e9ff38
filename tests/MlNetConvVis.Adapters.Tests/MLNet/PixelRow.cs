using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.MLNet;

/// <summary>One row of test data: an image as the network takes it, and a class.</summary>
internal sealed class PixelRow
{
    public const int Length = 3 * 24 * 24;

    [VectorType(3, 24, 24)]
    public required float[] Pixels { get; init; }

    public required string Label { get; init; }

    [VectorType(1)]
    public long[] Place { get; init; } = [0];

    /// <summary>A small network with overlapping poolings, weights from a seed.</summary>
    public static ConvNet Network { get; } = new(NetworkSpec.Parse("""
        name: small
        input: { channels: 3, height: 24, width: 24 }
        classes: 4
        layers:
          - conv1: { type: conv, filters: 8, kernel: 5, stride: 2, pad: same, batchnorm: true, activation: relu }
          - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
          - conv2: { type: conv, filters: 12, kernel: 3, pad: same, activation: relu }
          - fc3: { type: dense, units: 16, activation: relu }
          - fc4: { type: dense, units: classes }
          - prob: { type: softmax }
        """, "small.yaml").Compile(seed: 3).Graph);

    /// <summary>Rows of two classes, bright above or bright below, from a seed.</summary>
    public static PixelRow[] Rows(int count)
    {
        var random = new Random(0x5EED);
        return [.. Enumerable.Range(0, count).Select(i => new PixelRow
        {
            Label = i % 2 == 0 ? "above" : "below",
            Pixels = [.. Enumerable.Range(0, Length).Select(p => (float)random.NextDouble() + (p / 24 % 24 < 12 == (i % 2 == 0) ? 0.6f : 0))],
            Place = [random.Next(12 * 6 * 6)],
        })];
    }

    public static IDataView Data(MLContext ml, int count = 6) => ml.Data.LoadFromEnumerable(Rows(count));

    public static float[][] Column(IDataView data, string column) => [.. data.GetColumn<float[]>(column)];
}
