using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

public sealed class TrainTests : IDisposable
{
    private const string Spec =
        """
        name: tiny
        input: { height: 4, width: 4 }
        layers:
          - conv1: { type: conv, filters: 4, kernel: 3, pad: same, activation: relu }
          - fc2: { type: dense, units: classes }
          - prob: { type: softmax }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trained_model_knows_its_classes_and_preprocessing_and_can_be_projected()
    {
        WriteColours(6);
        var result = Train("--epochs", "2", "--json");
        Assert.Equal(0, result.Code);
        var json = System.Text.Json.JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((10, 2), (json.GetProperty("trainingImages").GetInt32(), json.GetProperty("validationImages").GetInt32()));
        Assert.Equal(2, json.GetProperty("epochs").GetArrayLength());
        Assert.Equal((3 * 9 * 4) + 4 + (64 * 2) + 2, json.GetProperty("parameters").GetInt64());

        var model = json.GetProperty("model").GetString()!;
        Assert.Equal(["blue", "red"], CommandLineRun.Of("inspect", model, "--json").AssertJson().GetProperty("classes").EnumerateArray()
            .Select(static c => c.GetString()));
        Assert.Equal(0, CommandLineRun.Of("project", "--model", model, "--image", Out("data/red/0.png"), "--layer", "conv1", "--out", Out("p.png")).Code);
    }

    [Fact]
    public void Training_goes_on_where_it_stopped_and_only_when_told_to()
    {
        WriteColours(4);
        Assert.Equal(0, Train("--epochs", "1", "--validation", "0").Code);
        Train("--epochs", "1", "--validation", "0").AssertRefused("checkpoints");
        var again = Train("--epochs", "1", "--validation", "0", "--resume", "--json");
        Assert.Equal(0, again.Code);
        Assert.Equal(1, System.Text.Json.JsonDocument.Parse(again.Output).RootElement.GetProperty("resumedAfter").GetInt32());
    }

    [Fact]
    public void Folders_called_train_and_val_are_taken_as_such()
    {
        WriteColours(3, "data/train");
        WriteColours(2, "data/val");
        var json = System.Text.Json.JsonDocument.Parse(Train("--epochs", "1", "--json").Output).RootElement;
        Assert.Equal((6, 4), (json.GetProperty("trainingImages").GetInt32(), json.GetProperty("validationImages").GetInt32()));
    }

    [Fact]
    public void Another_engine_is_refused_where_it_is_not_built()
    {
        WriteColours(2);
        Train("--engine", "torchsharp").AssertRefused("--engine is 'torchsharp'");
        Train("--mixed-precision").AssertRefused("--mixed-precision is of --engine torchsharp, but the engine is onnx");
        Train("--engine", "tensorflow").AssertRefused("--engine is 'tensorflow', which is not one of its choices");
    }

    [Fact]
    public void A_folder_without_classes_is_refused()
    {
        new RgbImage(4, 4, new byte[48]).WritePng(Out("data/a.png"));
        Train().AssertRefused("has no class folders");
    }

    [Fact]
    public void Options_go_before_the_specs_recipe_and_that_before_our_own()
    {
        WriteColours(4);
        var spec = _folder.Write("own.yaml", Spec + "\ntraining: { recipe: paper, epochs: 2, momentum: 0.5 }");
        string Recipe(string run, params string[] more)
        {
            Assert.Equal(0, CommandLineRun.Of(["train", spec, "--data", Out("data"), "--out", Out(run), "--device", "cpu", .. more]).Code);
            return MlNetConvVis.Training.Checkpoint.Read(MlNetConvVis.Training.Checkpoint.Newest(Out(run))!).Options;
        }

        var own = MlNetConvVis.Training.TrainingOptions.Paper with { Epochs = 2, Momentum = 0.5f };
        Assert.Equal(own.ToJson(), Recipe("a"));
        Assert.Equal((own with { Momentum = 0.25f, Patience = 9 }).ToJson(), Recipe("b", "--momentum", "0.25", "--patience", "9"));
        Assert.Equal((MlNetConvVis.Training.TrainingOptions.Modern with { Epochs = 1 }).ToJson(), Recipe("c", "--recipe", "modern", "--epochs", "1"));
        CommandLineRun.Of("train", spec, "--data", Out("data"), "--out", Out("d"), "--momentum", "2")
            .AssertRefused("--momentum is '2'; a number from 0 to 0.9999 was wanted");
    }

    [Fact]
    public void Curves_and_the_best_network_lie_beside_the_last()
    {
        WriteColours(6);
        var json = System.Text.Json.JsonDocument.Parse(Train("--epochs", "3", "--keep-epochs", "1,2", "--json").Output).RootElement;
        var report = File.ReadAllText(json.GetProperty("report").GetString()!);
        Assert.Contains("Training tiny", report, StringComparison.Ordinal);
        foreach (var caption in new[] { "Share classified right", "Loss", "Learning rate", "What came of each epoch" })
            Assert.Contains(caption, report, StringComparison.Ordinal);
        Assert.True(File.Exists(json.GetProperty("bestModel").GetString()));
        Assert.InRange(json.GetProperty("bestEpoch").GetInt32(), 1, 3);
        Assert.False(json.GetProperty("stoppedEarly").GetBoolean());
        Assert.Equal(["epoch-000001.onnx", "epoch-000002.onnx"], Directory.GetFiles(Out("run/epochs")).Select(static f => Path.GetFileName(f)).Order());
    }

    [Fact]
    public void A_class_of_one_image_cannot_be_split()
    {
        WriteColours(1);
        Train().AssertRefused("has a single image", "--validation 0");
    }

    private CommandLineRun Train(params string[] more) =>
        CommandLineRun.Of(["train", _folder.Write("tiny.yaml", Spec), "--data", Out("data"), "--out", Out("run"), "--device", "cpu", .. more]);

    private void WriteColours(int each, string folder = "data")
    {
        for (var i = 0; i < each; i++)
        {
            RgbImage.Filled(4, 4, new Rgb((byte)(200 + i), 0, 0)).WritePng(Out($"{folder}/red/{i}.png"));
            RgbImage.Filled(4, 4, new Rgb(0, 0, (byte)(200 + i))).WritePng(Out($"{folder}/blue/{i}.png"));
        }
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
