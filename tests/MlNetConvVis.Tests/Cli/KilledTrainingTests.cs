using System.Diagnostics;
using System.Globalization;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Tests.Training;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Real processes, killed at random points, and resumed.</summary>
public sealed class KilledTrainingTests : IDisposable
{
    private const int Epochs = 100;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Each time the process is killed after a drawn number of new checkpoints and a drawn pause; so it dies in steps, in validation, in the
    /// middle of a file, or before it has begun.</summary>
    [Fact]
    public void Training_killed_again_and_again_ends_with_the_weights_of_an_uninterrupted_run_to_the_bit() => Kill(times: 5, checkpointsBetween: 18, seed: 7);

    [Fact]
    [Trait("Speed", "Slow")]
    public void Training_killed_twenty_times_ends_with_the_weights_of_an_uninterrupted_run_to_the_bit() => Kill(times: 20, checkpointsBetween: 5, seed: 2013);

    private void Kill(int times, int checkpointsBetween, ulong seed)
    {
        WriteData();
        Assert.Equal(0, CommandLineRun.Of([.. Arguments("straight")]).Code);
        var random = new SplitMix64(seed);
        var kills = 0;
        for (; kills < times; kills++)
        {
            using var process = Start("killed");
            WaitForNewCheckpoints(process, random.Below(checkpointsBetween));
            Thread.Sleep(random.Below(12));
            if (process.HasExited) break;
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(times, kills);
        Assert.False(File.Exists(In("killed", "model.onnx")));
        var reached = Checkpoint.Read(Checkpoint.Newest(In("killed"))!).Epoch;
        Assert.InRange(reached, 10, Epochs - 1);
        using (var last = Start("killed")) Assert.Equal(0, ProgramProcess.Ended(last));

        foreach (var file in new[] { "model.onnx", "model-best.onnx", "epochs/epoch-000002.onnx", "epochs/epoch-000050.onnx" })
            Assert.True(File.ReadAllBytes(In("straight", file)).AsSpan().SequenceEqual(File.ReadAllBytes(In("killed", file))), $"'{file}' differs");
        AssertSameState(Checkpoint.Read(Checkpoint.Newest(In("straight"))!), Checkpoint.Read(Checkpoint.Newest(In("killed"))!));
        Assert.Empty(Directory.GetFiles(In("killed"), "*.tmp", SearchOption.AllDirectories));
    }

    /// <summary>Parameters, velocities, running statistics, and what came of the epochs (times aside).</summary>
    private static void AssertSameState(Checkpoint expected, Checkpoint actual)
    {
        Assert.Equal((Epochs, Epochs), (expected.Epoch, actual.Epoch));
        Assert.Equal(expected.State.Keys.Order(StringComparer.Ordinal), actual.State.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(expected.State.Keys, static k => k.EndsWith("velocity", StringComparison.Ordinal));
        foreach (var (name, tensor) in expected.State) Assert.True(tensor.Bytes.SequenceEqual(actual.State[name].Bytes), $"'{name}' differs");
        Assert.Equal(expected.Epochs.Select(static e => e with { Seconds = 0, ImagesPerSecond = 0 }),
            actual.Epochs.Select(static e => e with { Seconds = 0, ImagesPerSecond = 0 }));
    }

    private void WaitForNewCheckpoints(Process process, int count)
    {
        var before = NewestEpoch();
        while (!process.HasExited && NewestEpoch() < before + count) Thread.Sleep(1);
    }

    private int NewestEpoch() => Checkpoint.Newest(In("killed")) is { } file
        ? int.Parse(Path.GetFileNameWithoutExtension(file)[6..], CultureInfo.InvariantCulture) : 0;

    private Process Start(string run) => ProgramProcess.Start(Arguments(run));

    private IReadOnlyList<string> Arguments(string run) =>
    [
        "train", In("tiny.yaml"), "--data", In("data"), "--out", In(run), "--resume", "--epochs", Epochs.ToString(CultureInfo.InvariantCulture),
        "--batch", "8", "--seed", "7", "--device", "cpu", "--threads", "1", "--validation", "0.2", "--keep", "3", "--keep-epochs", "2,50",
        "--schedule", "plateau", "--step-epochs", "3", "--factor", "0.9",
    ];

    private void WriteData()
    {
        _folder.Write("tiny.yaml",
            """
            name: tiny
            input: { height: 12, width: 12 }
            layers:
              - conv1: { type: conv, filters: 4, kernel: 3, pad: same, batchnorm: true, activation: relu }
              - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
              - fc2: { type: dense, units: 8, activation: relu, dropout: 0.5 }
              - fc3: { type: dense, units: classes }
              - prob: { type: softmax }
            """);
        var random = new SplitMix64(1);
        for (var i = 0; i < 36; i++) _folder.Write($"data/{"abc"[i % 3]}/{i}.png", ImageCodecs.Default.EncodePng(TinyTraining.Picture(i % 3, random)));
    }

    private string In(params string[] parts) => Path.Combine([_folder.Path, .. parts]);
}
