using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>A network, pictures and a recipe that train in well under a second: three classes of stripes, 12 pixels wide and high.</summary>
internal static class TinyTraining
{
    public const int Side = 12;

    public static ImagePreprocessing Preprocessing { get; } = new()
    {
        Width = Side, Height = Side, Mean = new ChannelValues(128),
        Scale = new ChannelValues(1 / 64f)
    };

    public static TrainingOptions Options { get; } = new()
    {
        Epochs = 4,
        BatchSize = 8,
        LearningRate = new LearningRateSchedule { Peak = 0.05f, WarmUpEpochs = 1 },
        WeightDecay = 5e-4f,
        LabelSmoothing = 0.1f,
        Augmentation = new Augmentation { Flip = false, Shift = 1, Scale = 0.1f, Rotation = 5, ColourMix = 0.2f, Contrast = 0.2f, Brightness = 0.1f },
        Seed = 7,
        Device = Device.Cpu,
        Threads = 2,
    };

    public static CompiledNetwork Network(long seed = 3, float dropout = 0, int classes = 3) => NetworkSpec.Parse($$"""
        name: tiny
        input: { channels: 3, height: {{Side}}, width: {{Side}} }
        layers:
          - conv1: { type: conv, filters: 6, kernel: 3, pad: same, batchnorm: true, activation: relu }
          - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
          - conv2: { type: conv, filters: 8, kernel: 3, pad: same, batchnorm: true, activation: relu }
          - fc3: { type: dense, units: 16, activation: relu, dropout: {{dropout.ToString(System.Globalization.CultureInfo.InvariantCulture)}} }
          - fc4: { type: dense, units: classes }
          - prob: { type: softmax }
        """, "tiny.yaml").Compile(classes, seed);

    /// <summary>Stripes across, stripes down, or checks, in random colours.</summary>
    public static TrainingSet Set(int perClass = 14, int validation = 3, ulong seed = 1)
    {
        var random = new SplitMix64(seed);
        var frames = Enumerable.Range(0, 3 * perClass).Select(i => Picture(i % 3, random)).ToArray();
        var held = 3 * validation;
        return new TrainingSet(
            new PixelStore(frames),
            [.. Enumerable.Range(0, frames.Length).Select(static i => i % 3)],
            ["across", "down", "checks"],
            [.. Enumerable.Range(held, frames.Length - held)],
            [.. Enumerable.Range(0, held)],
            Preprocessing);
    }

    public static RgbImage Picture(int label, SplitMix64 random)
    {
        var (light, dark, phase) = ((byte)(160 + random.Below(90)), (byte)random.Below(90), random.Below(4));
        var pixels = new byte[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            var (across, down) = ((((i / Side) + phase) / 2) & 1, (((i % Side) + phase) / 2) & 1);
            var on = (label == 0 ? across : label == 1 ? down : across ^ down) == 1;
            for (var c = 0; c < 3; c++) pixels[(3 * i) + c] = (byte)((on ? light : dark) + random.Below(6));
        }

        return new RgbImage(Side, Side, pixels);
    }
}

/// <summary>Calls back at once and on the same thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class DirectProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
