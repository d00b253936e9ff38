using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Pipelines;
using MlNetConvVis.Specs;
using MlNetConvVis.Tests.Cli;
using MlNetConvVis.Training;

namespace MlNetConvVis.Tests.Pipelines;

/// <summary><c>transfer</c> and <c>depth</c> from the command line on small pictures: a class of red, one of green and one of blue squares.</summary>
public sealed class TransferPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public TransferPipelineTests()
    {
        _model = TinyModel.Write(_folder);
        for (var c = 0; c < 3; c++)
        {
            for (var i = 0; i < 8; i++) _folder.Write($"photos/class{c}/photo{i}.png", TinyModel.Shades(c, i));
        }
    }

    private string Out => Path.Combine(_folder.Path, "run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Transfer_writes_numbers_tables_splits_and_a_model_that_knows_the_classes()
    {
        var run = Transfer("--head", "softmax,svm");
        Assert.Equal(0, run.Code);
        Assert.Contains("svm", run.Output, StringComparison.Ordinal);
        var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Out, "results.json"))).RootElement;
        Assert.Equal(1, results.GetProperty("transfer").GetProperty("rows")[1].GetProperty("meanAccuracy").GetDouble());      // colours are easy
        Assert.Equal("Svm", results.GetProperty("otherHeads")[0].GetProperty("protocol").GetProperty("head").GetProperty("kind").GetString());
        Assert.Equal(2 * 2 * 2, CsvTable.Read(Path.Combine(Out, "transfer", "accuracy.csv")).Rows.Count);
        Assert.Equal(2 * 2 * 3, CsvTable.Read(Path.Combine(Out, "transfer", "classes.csv")).Rows.Count);
        var model = ConvNet.Load(Path.Combine(Out, "transfer", "model.onnx"));
        Assert.Equal(["class0", "class1", "class2"], model.Classes);
        Assert.NotNull(model.Preprocessing);
        var html = File.ReadAllText(Path.Combine(Out, "report.html"));
        foreach (var part in new[] { "convvis transfer --model", "linear SVM", "Accuracy of each class", "Most frequent mistakes" })
            Assert.Contains(part, html, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_are_options_and_refused_for_a_network_without_a_spec_or_without_their_training()
    {
        var foreign = Transfer("--beside-untrained");
        Assert.NotEqual(0, foreign.Code);
        Assert.Contains("does not carry its spec", foreign.Error, StringComparison.Ordinal);
        var lonely = Transfer("--from-scratch-epochs", "2");
        Assert.Equal(2, lonely.Code);
        Assert.Contains("without --beside-from-scratch", lonely.Error, StringComparison.Ordinal);
        var large = Transfer("--beside-from-scratch", "--from-scratch-per-class", "99");
        Assert.Equal(2, large.Code);
        Assert.Contains("--from-scratch-per-class is '99'", large.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_of_a_network_of_ours_stand_beside_its_features()
    {
        var spec = NetworkSpec.Parse("""
            name: small
            input: { channels: 3, height: 16, width: 16 }
            classes: 3
            preprocessing: { resize: { shortest: 16 }, mean: [128, 128, 128], scale: 0.015625 }
            layers:
              - conv1: { type: conv, filters: 4, kernel: 3, pad: same, activation: relu }
              - pool1: { type: maxpool, kernel: 2, stride: 2 }
              - fc2: { type: dense, units: classes }
              - prob: { type: softmax }
            """, "small.yaml");
        var set = TrainingSet.Load(
            ImageSets.Open(Path.Combine(_folder.Path, "photos")).All(), null, spec.Preprocessing!, new(), TestContext.Current.CancellationToken);
        var options = new TrainingOptions { Epochs = 1, BatchSize = 8, Augmentation = Augmentation.None };
        var trained = new ConvNetTrainer(spec.Compile(3, 1), set, options).Train(null, cancellation: TestContext.Current.CancellationToken);
        var model = Path.Combine(_folder.Path, "own.onnx");
        OnnxFile.Write(trained.Network, model);
        var run = CommandLineRun.Of("transfer", "--model", model, "--data", Path.Combine(_folder.Path, "photos"), "--layer", "pool1", "--per-class", "2,4",
            "--folds", "2", "--beside-untrained", "--beside-from-scratch", "--from-scratch-epochs", "2", "--from-scratch-folds", "1",
            "--from-scratch-per-class", "4", "--out", Out);
        Assert.True(run.Code == 0, run.Error);
        var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Out, "results.json"))).RootElement;
        Assert.Equal(2, results.GetProperty("untrained").GetProperty("rows").GetArrayLength());
        Assert.Equal(1, results.GetProperty("fromScratch").GetProperty("rows")[0].GetProperty("folds").GetArrayLength());
    }

    [Fact]
    public void Splits_that_are_given_back_give_the_same_numbers_under_another_seed()
    {
        Assert.Equal(0, Transfer("--l2", "0.01").Code);
        var splits = Path.Combine(_folder.Path, "splits.json");
        File.Copy(Path.Combine(Out, "transfer", "splits.json"), splits);
        var first = Accuracies();
        Directory.Delete(Out, recursive: true);
        Assert.Equal(0, Transfer("--l2", "0.01", "--splits", splits, "--seed", "99").Code);
        Assert.Equal(first, Accuracies());
        Assert.Equal(File.ReadAllText(splits), File.ReadAllText(Path.Combine(Out, "transfer", "splits.json")));
    }

    [Fact]
    public void Photos_that_the_source_has_too_are_left_out()
    {
        _folder.Write("source/other/same.png", TinyModel.Shades(0, 3));
        _folder.Write("source/other/one-colour.png", ImageCodecs.Default.EncodePng(RgbImage.Filled(4, 4, Rgb.White)));
        var run = Transfer("--source", Path.Combine(_folder.Path, "source"));
        Assert.True(run.Code == 0, run.Error);
        var found = Assert.Single(CsvTable.Read(Path.Combine(Out, "overlap", "overlap.csv")).Rows);
        Assert.EndsWith("photo3.png", found[0], StringComparison.Ordinal);
        Assert.DoesNotContain("class0/photo3.png", File.ReadAllText(Path.Combine(Out, "transfer", "splits.json")), StringComparison.Ordinal);
        Assert.Contains("left out", File.ReadAllText(Path.Combine(Out, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_compares_layers_and_says_what_became_of_the_claim()
    {
        var run = CommandLineRun.Of("depth", "--model", _model, "--data", Path.Combine(_folder.Path, "photos"), "--layers", "block/same,block/pool,flat",
            "--per-class", "3", "--folds", "2", "--most-features", "12", "--out", Out, "--device", "cpu");
        Assert.Equal(0, run.Code);
        Assert.Contains("3x4x4, means of 2x2", run.Output, StringComparison.Ordinal);
        Assert.Contains("svm: accuracy rises with depth: ", run.Output, StringComparison.Ordinal);
        Assert.Equal(6, CsvTable.Read(Path.Combine(Out, "depth", "depth.csv")).Rows.Count);
        Assert.Contains("What each layer knows", File.ReadAllText(Path.Combine(Out, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_run_does_nothing_and_a_changed_model_option_is_noticed()
    {
        Assert.Equal(0, Transfer().Code);
        Assert.Contains("Everything was done already", Transfer().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Everything was done already", Transfer("--scale", "0.5").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Voc_ranks_images_of_several_classes_by_the_data_sets_own_parts()
    {
        string[] names = ["red", "green"];
        var lists = names.SelectMany(static n => new[] { "train", "val" }.Select(p => $"{n}_{p}")).ToDictionary(static n => n, static _ => "", StringComparer.Ordinal);
        for (var i = 0; i < 16; i++)
        {
            var part = i < 8 ? "train" : "val";
            _folder.Write($"voc/JPEGImages/p{i:00}.jpg", TinyModel.Shades(i % 2, i));
            for (var c = 0; c < 2; c++) lists[$"{names[c]}_{part}"] += $"p{i:00} {(i % 2 == c ? " 1" : i is 9 or 12 ? " 0" : "-1")}\n";
        }

        foreach (var (name, text) in lists) _folder.Write($"voc/ImageSets/Main/{name}.txt", text);
        var run = CommandLineRun.Of("transfer", "--model", _model, "--data", Path.Combine(_folder.Path, "voc"), "--layer", "flat", "--protocol", "voc2012",
            "--out", Out, "--device", "cpu");
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("mean average precision 100.0 %", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, CsvTable.Read(Path.Combine(Out, "transfer", "average-precision.csv")).Rows.Count);
        Assert.Equal(["green", "red"], ConvNet.Load(Path.Combine(Out, "transfer", "model.onnx")).Classes);
        Assert.Contains("At 11 recalls", File.ReadAllText(Path.Combine(Out, "report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--layer is missing", "--data", "photos")]
    [InlineData("--data is missing", "--layer", "flat")]
    [InlineData("--head is 'svn'; softmax or svm was wanted", "--data", "photos", "--layer", "flat", "--head", "svn")]
    [InlineData("--protocol is 'caltech', which is not one of its choices", "--data", "photos", "--layer", "flat", "--protocol", "caltech")]
    public void Wrong_options_are_refused(string says, params string[] args) =>
        CommandLineRun.Of(["transfer", "--model", _model, "--out", Out, .. args]).AssertRefused(says);

    private CommandLineRun Transfer(params string[] more) => CommandLineRun.Of(
    [
        "transfer", "--model", _model, "--data", Path.Combine(_folder.Path, "photos"), "--layer", "block/pool", "--per-class", "2,4", "--folds", "2",
        "--out", Out, "--device", "cpu", .. more,
    ]);

    private string Accuracies() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Out, "results.json"))).RootElement.GetProperty("transfer")
        .GetProperty("rows")[1].GetProperty("confusion").GetRawText();
}
