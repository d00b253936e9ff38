using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Runtime;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Pipelines;

/// <summary>A whole pipeline on small pictures made here: coloured stripes that a small network learns to tell apart.</summary>
public sealed class PipelineRunnerTests : IDisposable
{
    private const string Network = """
        name: tiny
        input: { channels: 3, height: 16, width: 16 }
        preprocessing: { mean: 128, deviation: 64 }
        layers:
          - conv1: { type: conv, filters: 6, kernel: 3, pad: same, batchnorm: true, activation: relu }
          - pool1: { type: maxpool, kernel: 2, stride: 2 }
          - conv2: { type: conv, filters: 8, kernel: 3, pad: same, activation: relu }
          - pool2: { type: maxpool, kernel: 2, stride: 2 }
          - fc3: { type: dense, units: classes }
          - prob: { type: softmax }
        """;

    private const string Pipeline = """
        pipeline: tiny
        title: Stripes & <dots>
        out: run
        data: { source: source, target: target, validation: 0.25 }
        train: { spec: tiny.yaml, epochs: 2, batch: 8, learning-rate: 0.05 }
        transfer: { layer: pool2, images-per-class: [2, 4], test-per-class: 4, folds: 2, switches: true, beside-untrained: true }
        visualize: { layers: [conv1, conv2], maps: 2, top: 4 }
        """;

    private const string FromModel = """
        pipeline: tiny
        title: Stripes
        out: run
        data: { target: target }
        model: model.onnx
        transfer:
          layer: pool2
          images-per-class: [2, 4]
          test-per-class: 4
          folds: 2
          beside-untrained: true
          beside-from-scratch: { images-per-class: [4], epochs: 12, batch: 4, learning-rate: 0.05, augment: none }
        """;

    private readonly TemporaryFolder _folder = new();

    public PipelineRunnerTests()
    {
        _folder.Write("tiny.yaml", Network);
        _folder.Write("tiny-pipeline.yaml", Pipeline);
        foreach (var (set, classes) in new[] { ("source", 3), ("target", 2) })
        {
            for (var c = 0; c < classes; c++)
            {
                for (var i = 0; i < 12; i++) WritePicture(set, c, i);
            }
        }
    }

    private string Run => Path.Combine(_folder.Path, "run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_is_there_afterwards_and_a_second_run_does_nothing()
    {
        var first = RunPipeline();
        Assert.False(first.Result.NothingToDo);
        Assert.Equal(["data", "train", "features", "transfer", "visualize", "report"], first.Watcher.Steps);
        AssertFiles();
        var second = RunPipeline();
        Assert.True(second.Result.NothingToDo);
        Assert.All(second.Watcher.Done, static d => Assert.True(d.WasDone, d.Step));
        Assert.Equal(first.Watcher.Done.Select(static d => d.Summary), second.Watcher.Done.Select(static d => d.Summary));
    }

    [Fact]
    public void An_interrupted_run_goes_on_and_ends_with_the_same_network_and_numbers()
    {
        var whole = RunPipeline().Result;
        var (network, results) = (File.ReadAllBytes(Path.Combine(Run, "train", "model.onnx")), File.ReadAllText(whole.Results));
        Directory.Delete(Run, recursive: true);
        using var source = new CancellationTokenSource();
        var watcher = new Watcher { StopAt = "epoch 2/2", Source = source };
        Assert.ThrowsAny<OperationCanceledException>(() => RunPipeline(watcher, source.Token));
        Assert.False(File.Exists(Path.Combine(Run, "train", "model.onnx")));
        var resumed = RunPipeline();
        Assert.False(resumed.Result.NothingToDo);
        Assert.Equal(network, File.ReadAllBytes(Path.Combine(Run, "train", "model.onnx")));
        AssertSameNumbers(results, File.ReadAllText(resumed.Result.Results));
    }

    [Fact]
    public void A_network_that_carries_its_spec_stands_beside_untrained_and_from_scratch_trained_ones()
    {
        RunPipeline();
        File.Move(Path.Combine(Run, "train", "model.onnx"), Path.Combine(_folder.Path, "model.onnx"));
        Directory.Delete(Run, recursive: true);
        _folder.Write("tiny-pipeline.yaml", FromModel);
        var first = RunPipeline();
        Assert.Equal(["data", "features", "transfer", "from-scratch", "report"], first.Watcher.Steps);
        using (var json = JsonDocument.Parse(File.ReadAllBytes(first.Result.Results)))
        {
            var rows = json.RootElement.GetProperty("fromScratch").GetProperty("rows");
            Assert.Equal([4], rows.EnumerateArray().Select(static r => r.GetProperty("imagesPerClass").GetInt32()));
            var fold = rows[0].GetProperty("folds")[1];
            var transferred = json.RootElement.GetProperty("transfer").GetProperty("rows")[1].GetProperty("folds")[1];
            Assert.Equal((8, transferred.GetProperty("tested").GetInt32()), (fold.GetProperty("trained").GetInt32(), fold.GetProperty("tested").GetInt32()));
            Assert.Equal(1, rows[0].GetProperty("meanAccuracy").GetDouble(), 1e-9);      // twelve epochs tell two kinds of stripes apart
            Assert.Equal(2, json.RootElement.GetProperty("untrained").GetProperty("rows").GetArrayLength());
        }

        Assert.Contains("trained from scratch", File.ReadAllText(first.Result.Report), StringComparison.Ordinal);
        Assert.True(RunPipeline().Result.NothingToDo);
        File.Delete(Path.Combine(Run, "from-scratch", "from-scratch.json"));
        File.Delete(Path.Combine(Run, ".steps", "from-scratch.json"));
        var kept = File.GetLastWriteTimeUtc(Path.Combine(Run, "from-scratch", "8-images-fold-1.json"));
        RunPipeline();
        Assert.Equal(kept, File.GetLastWriteTimeUtc(Path.Combine(Run, "from-scratch", "8-images-fold-1.json")));      // a network that is done is not trained again
    }

    [Fact]
    public void A_network_without_a_spec_has_no_others_of_its_shape()
    {
        var model = Cli.TinyModel.Write(_folder);
        _folder.Write("tiny-pipeline.yaml", FromModel.Replace("model.onnx", model, StringComparison.Ordinal));
        Assert.Contains("does not carry its spec", Assert.Throws<PipelineException>(() => RunPipeline()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_section_is_done_again_and_what_it_replaces_is_kept_aside()
    {
        RunPipeline();
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace("folds: 2", "folds: 3", StringComparison.Ordinal));
        var again = RunPipeline();
        Assert.Equal(["data", "train", "features", "visualize"], again.Watcher.Done.Where(static d => d.WasDone).Select(static d => d.Step));
        Assert.True(Directory.Exists(Path.Combine(Run, "transfer.previous")));
        Assert.Equal(3, JsonDocument.Parse(File.ReadAllBytes(again.Result.Results)).RootElement.GetProperty("transfer").GetProperty("rows")[0]
            .GetProperty("folds").GetArrayLength());
    }

    [Fact]
    public void A_step_whose_folder_was_removed_is_done_again()
    {
        RunPipeline();
        Directory.Delete(Path.Combine(Run, "visualize"), recursive: true);
        var again = RunPipeline();
        Assert.Equal(["visualize"], again.Watcher.Done.Where(static d => !d.WasDone).Select(static d => d.Step));
        AssertFiles();
    }

    [Theory]
    [InlineData("layers: [conv1, conv2]", "layers: [conv1, conv9]", "conv9")]
    [InlineData("layer: pool2", "layer: pol2", "pool2")]
    [InlineData("spec: tiny.yaml", "spec: none.yaml", "none.yaml")]
    public void What_the_network_lacks_is_said_before_training(string right, string wrong, string hint)
    {
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace(right, wrong, StringComparison.Ordinal));
        var watcher = new Watcher();
        var e = Assert.ThrowsAny<Exception>(() => RunPipeline(watcher));
        Assert.True(e is PipelineException or SpecException, e.ToString());
        Assert.Contains(hint, e.Message, StringComparison.Ordinal);
        Assert.Empty(watcher.Steps);
    }

    [Theory]
    [InlineData("source", "visualize/pictures.json", "visualize/conv2.png")]
    [InlineData("target", "features/trained-pool2.npy", "features/trained-pool1.switches.npy", "features/untrained-pool2.npy")]
    public void A_broken_photo_is_named_and_skipped_and_the_others_keep_their_rows_and_pictures(string set, params string[] files)
    {
        RunPipeline();
        File.Move(Path.Combine(Run, "train", "model.onnx"), Path.Combine(_folder.Path, "model.onnx"));
        var training = Pipeline.Split('\n').Single(static l => l.StartsWith("train:", StringComparison.Ordinal));
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace(training, "model: model.onnx", StringComparison.Ordinal));
        byte[][] Made()
        {
            Directory.Delete(Run, recursive: true);
            var notes = RunPipeline().Watcher.Notes;
            Assert.Equal(File.Exists(Path.Combine(_folder.Path, set, "class0", "broken.png")), notes.Any(static n => n.Contains("broken.png", StringComparison.Ordinal)));
            return [.. files.Select(f => File.ReadAllBytes(Path.Combine(Run, f)))];
        }

        var whole = Made();
        _folder.Write($"{set}/class0/broken.png", "no picture"u8);      // first of its class by name
        foreach (var (file, expected, actual) in files.Zip(whole, Made())) Assert.True(expected.AsSpan().SequenceEqual(actual), file);
    }

    [Fact]
    public void Drawing_that_was_interrupted_does_not_look_at_the_photos_again()
    {
        RunPipeline();
        var picture = File.ReadAllBytes(Path.Combine(Run, "visualize", "conv2.png"));
        Directory.Delete(Path.Combine(Run, "visualize"), recursive: true);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => RunPipeline(new Watcher { StopAt = "projected to pixels", Source = source }, source.Token));
        var pass = Path.Combine(Run, "visualize", "visualize.pass");
        Assert.True(File.Exists(pass));
        var written = File.GetLastWriteTimeUtc(pass);
        RunPipeline();
        Assert.Equal(written, File.GetLastWriteTimeUtc(pass));
        Assert.Equal(picture, File.ReadAllBytes(Path.Combine(Run, "visualize", "conv2.png")));
    }

    [Fact]
    public void Too_few_photos_for_the_protocol_are_refused()
    {
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace("[2, 4]", "[2, 40]", StringComparison.Ordinal));
        var e = Assert.Throws<PipelineException>(() => RunPipeline());
        Assert.Contains("class", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_another_pipeline_filled_is_left_alone()
    {
        var whole = RunPipeline().Result;
        var report = File.ReadAllText(whole.Report);
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace("pipeline: tiny", "pipeline: other", StringComparison.Ordinal));
        var e = Assert.Throws<PipelineException>(() => RunPipeline());
        Assert.Contains("--out", e.Message, StringComparison.Ordinal);
        Assert.Equal(report, File.ReadAllText(whole.Report));
    }

    [Fact]
    public void A_class_with_a_single_photo_cannot_be_checked_but_can_be_trained_on()
    {
        _folder.Write("source/few/one.png", ImageCodecs.Default.EncodePng(RgbImage.Filled(16, 16, Rgb.White)));
        Assert.Contains("'few'", Assert.Throws<PipelineException>(() => RunPipeline()).Message, StringComparison.Ordinal);
        _folder.Write("tiny-pipeline.yaml", Pipeline.Replace("validation: 0.25", "validation: 0", StringComparison.Ordinal));
        Assert.Contains("4 classes", RunPipeline().Watcher.Done[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_at_a_time_in_one_folder_are_refused()
    {
        Directory.CreateDirectory(Path.Combine(Run, ".steps"));
        using var held = new FileStream(Path.Combine(Run, ".steps", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var e = Assert.Throws<PipelineException>(() => RunPipeline());
        Assert.Contains("another run", e.Message, StringComparison.Ordinal);
    }

    private static void AssertSameNumbers(string expected, string actual)
    {
        using var a = JsonDocument.Parse(expected);
        using var b = JsonDocument.Parse(actual);
        foreach (var part in new[] { "transfer", "untrained", "pictures", "model" })
            Assert.Equal(a.RootElement.GetProperty(part).GetRawText(), b.RootElement.GetProperty(part).GetRawText());
    }

    private void AssertFiles()
    {
        Assert.Equal([24, 8 * 4 * 4], NpyFile.ReadHeader(Path.Combine(Run, "features", "trained-pool2.npy")).Shape);
        Assert.Equal([24, 6, 8, 8], NpyFile.ReadHeader(Path.Combine(Run, "features", "trained-pool1.switches.npy")).Shape);
        Assert.True(File.Exists(Path.Combine(Run, "features", "untrained-pool2.npy")));
        Assert.True(File.Exists(Path.Combine(Run, "visualize", "conv1.png")));
        var html = File.ReadAllText(Path.Combine(Run, "report.html"));
        Assert.Contains("Stripes &amp; &lt;dots&gt;", html, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Run, "visualize", "filters", "sheet.png")));
        Assert.Contains("conv1: its 6 filters of", html, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", html, StringComparison.Ordinal);
    }

    private (PipelineResult Result, Watcher Watcher) RunPipeline(Watcher? watcher = null, CancellationToken cancellation = default)
    {
        var seen = watcher ?? new Watcher();
        var spec = PipelineReader.Read(Path.Combine(_folder.Path, "tiny-pipeline.yaml"));
        return (PipelineRunner.Run(spec, new SessionSettings { Device = Device.Cpu, Threads = 1 }, seen, "convvis run tiny-pipeline.yaml", cancellation), seen);
    }

    /// <summary>Class c has stripes of its own direction and colour; picture i is shifted and shaded.</summary>
    private void WritePicture(string set, int c, int i)
    {
        var pixels = new byte[3 * 16 * 16];
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 16; x++)
            {
                var along = c switch { 0 => x, 1 => y, _ => x + y };
                var lit = (along + i) % 4 < 2;
                pixels.AsSpan(3 * ((y * 16) + x), 3).Fill((byte)(lit ? 200 + i : 30));
                if (lit) pixels[(3 * ((y * 16) + x)) + c] = 255;
            }
        }

        _folder.Write($"{set}/class{c}/picture{i:00}.png", ImageCodecs.Default.EncodePng(new RgbImage(16, 16, pixels)));
    }

    private sealed class Watcher : IPipelineObserver
    {
        public List<string> Steps { get; } = [];

        public List<(string Step, string Summary, bool WasDone)> Done { get; } = [];

        public List<string> Notes { get; } = [];

        public string? StopAt { get; init; }

        public CancellationTokenSource? Source { get; init; }

        public void Started(PipelineStep step, int number, int steps) => Steps.Add(step.Name);

        public void Progressed(double share, string status)
        {
            Assert.InRange(share, 0, 1);
            if (StopAt is not null && status.Contains(StopAt, StringComparison.Ordinal)) Source!.Cancel();
        }

        public void Noted(string note) => Notes.Add(note);

        public void Finished(PipelineStep step, string summary, bool wasDone) => Done.Add((step.Name, summary, wasDone));
    }
}
