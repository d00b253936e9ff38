using System.Formats.Tar;
using System.Text.Json;
using MlNetConvVis.Features;
using MlNetConvVis.Tests.Cli;

namespace MlNetConvVis.Tests.Pipelines;

/// <summary>
/// The pipelines of <c>pipelines/</c>, as they are, on small pictures laid out as the published data sets are. Pictures of a class are shades of its colour, so
/// whatever reads classes and photos rightly is right about all of them.
/// </summary>
public sealed class ShippedPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _before = [];

    public void Dispose()
    {
        foreach (var (name, value) in _before) Environment.SetEnvironmentVariable(name, value);
        _folder.Dispose();
    }

    [Fact]
    public void Caltech101_runs_from_an_archive_and_leaves_its_clutter_out()
    {
        string[] classes = ["accordion", "anchor", "ant"];
        for (var c = 0; c < classes.Length; c++) Photos($"101_ObjectCategories/{classes[c]}", c, 33);
        Photos("101_ObjectCategories/BACKGROUND_Google", 1, 3);
        TarFile.CreateFromDirectory(At("101_ObjectCategories"), At("caltech.tar"), includeBaseDirectory: true);
        Directory.Delete(At("101_ObjectCategories"), recursive: true);
        var results = Run("caltech101", ("CALTECH101", At("caltech.tar")));
        Assert.Equal([15, 30], Rows(results).Select(static r => r.GetProperty("imagesPerClass").GetInt32()));
        Assert.All(Rows(results), static r => Assert.Equal(1, r.GetProperty("meanAccuracy").GetDouble()));
        Assert.Single(results.GetProperty("otherHeads").EnumerateArray());
        Assert.Equal(classes, ConvNet.Load(At("runs/caltech101/transfer/model.onnx")).Classes);
    }

    [Fact]
    public void Caltech256_runs_with_numbered_classes_by_photos_a_class()
    {
        Photos("256_ObjectCategories/001.ak47", 0, 62);
        Photos("256_ObjectCategories/002.american-flag", 2, 62);
        Photos("256_ObjectCategories/257.clutter", 1, 5);
        var results = Run("caltech256", ("CALTECH256", At("256_ObjectCategories")));
        Assert.Equal([6, 15, 30, 45, 60], Rows(results).Select(static r => r.GetProperty("imagesPerClass").GetInt32()));
        Assert.All(Rows(results), static r => Assert.Equal(1, r.GetProperty("meanAccuracy").GetDouble()));
        Assert.Equal(2, ConvNet.Load(At("runs/caltech256/transfer/model.onnx")).Classes!.Count);
    }

    [Fact]
    public void Voc2012_ranks_photos_of_several_classes()
    {
        string[] names = ["aeroplane", "bicycle"];
        var lists = names.SelectMany(static n => new[] { $"{n}_train", $"{n}_val" }).ToDictionary(static n => n, static _ => "", StringComparer.Ordinal);
        for (var i = 0; i < 16; i++)
        {
            _folder.Write($"VOC2012/JPEGImages/2008_{i:000000}.jpg", TinyModel.Shades(i % 2, i));
            foreach (var name in names) lists[$"{name}_{(i < 8 ? "train" : "val")}"] += $"2008_{i:000000} {(names[i % 2] == name ? " 1" : "-1")}\n";
        }

        foreach (var (name, text) in lists) _folder.Write($"VOC2012/ImageSets/Main/{name}.txt", text);
        Run("voc2012", ("VOC2012", At("VOC2012")));
        Assert.Contains("100.0 %", File.ReadAllText(At("runs/voc2012/report.html")), StringComparison.Ordinal);
        Assert.Equal(names, ConvNet.Load(At("runs/voc2012/transfer/model.onnx")).Classes);
    }

    [Fact]
    public void Folder_makes_a_classifier_of_photos_of_ones_own()
    {
        Photos("mine/rot", 0, 12);
        Photos("mine/grün", 1, 12);
        var results = Run("folder", ("PHOTOS", At("mine")), ("OUT", At("runs/folder")));
        Assert.Equal(1, Rows(results)[1].GetProperty("meanAccuracy").GetDouble());
        Assert.Equal(["grün", "rot"], ConvNet.Load(At("runs/folder/transfer/model.onnx")).Classes);
    }

    /// <summary>Twelve days are not to be had: a small network for one epoch in place of the paper's, all else as it is.</summary>
    [Fact]
    public void Imagenet_trains_and_draws_what_the_layers_respond_to()
    {
        string[] synsets = ["n01440764", "n01443537"];
        for (var c = 0; c < 2; c++)
        {
            Photos($"imagenet/train/{synsets[c]}", c, 8);
            Photos($"imagenet/val/{synsets[c]}", c, 2);
        }

        _folder.Write("models/small.yaml", """
            name: small
            input: { channels: 3, height: 4, width: 4 }
            preprocessing: { resize: { shortest: 4 }, mean: [128, 128, 128], scale: 0.015625 }
            layers:
              - conv1: { type: conv, filters: 16, kernel: 3, pad: same, activation: relu }
              - fc2: { type: dense, units: classes }
              - prob: { type: softmax }
            """);
        var results = Run("imagenet", text => text.Replace("zfnet.yaml", "small.yaml", StringComparison.Ordinal)
            .Replace("  # batch: 64", "  epochs: 1\n  batch: 8", StringComparison.Ordinal)
            .Replace("[conv1, conv2, conv3, conv4, conv5]", "[conv1]", StringComparison.Ordinal), ("IMAGENET", At("imagenet")));
        Assert.Equal(1, results.GetProperty("training").GetArrayLength());
        Assert.Contains("conv1", File.ReadAllText(At("runs/imagenet/report.html")), StringComparison.Ordinal);
    }

    private JsonElement Run(string name, params (string Name, string Value)[] variables) => Run(name, static text => text, variables);

    private JsonElement Run(string name, Func<string, string> changed, params (string Name, string Value)[] variables)
    {
        var file = Path.Combine(PipelineReaderTests.RepositoryRoot(), "pipelines", $"{name}.yaml");
        var copied = _folder.Write($"pipelines/{name}.yaml", changed(File.ReadAllText(file)));
        foreach (var (variable, value) in variables.Concat([("MODEL", TinyModel.Write(_folder)), ("LAYER", "flat")]))
        {
            _before.TryAdd(variable, Environment.GetEnvironmentVariable(variable));
            Environment.SetEnvironmentVariable(variable, value);
        }

        var run = CommandLineRun.Of("run", copied, "--device", "cpu");
        Assert.True(run.Code == 0, run.Error);
        return JsonDocument.Parse(File.ReadAllBytes(At($"runs/{name}/results.json"))).RootElement;
    }

    private static JsonElement[] Rows(JsonElement results) => [.. results.GetProperty("transfer").GetProperty("rows").EnumerateArray()];

    private void Photos(string folder, int colour, int count)
    {
        for (var i = 0; i < count; i++) _folder.Write($"{folder}/image_{i + 1:0000}.jpg", TinyModel.Shades(colour, i));
    }

    private string At(string name) => Path.Combine(_folder.Path, name);
}
