using MlNetConvVis.Data;

namespace MlNetConvVis.Tests.Cli;

/// <summary>What users hand in by mistake: each an error of one line and exit code 2.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_model() => CommandLineRun.Of("inspect", "/no/such.onnx").AssertRefused("'/no/such.onnx' does not exist");

    [Fact]
    public void A_truncated_model()
    {
        var whole = File.ReadAllBytes(TinyModel.Write(_folder));
        var half = _folder.Write("half.onnx", whole.AsSpan(0, whole.Length / 2));
        CommandLineRun.Of("inspect", half).AssertRefused("half.onnx", "truncated");
    }

    [Fact]
    public void A_file_that_is_no_model() => CommandLineRun.Of("inspect", _folder.Write("a.onnx", "hello")).AssertRefused("a.onnx", "no ONNX");

    [Fact]
    public void An_unknown_operator_cannot_be_projected_through()
    {
        var model = TinyModel.WriteUnknownOperator(_folder);
        var tensor = Tensor("x.npy", 1, 3, 4, 4);
        CommandLineRun.Of("project", "--model", model, "--tensor", tensor, "--layer", "last", "--out", Out("p.npy"))
            .AssertRefused("'paper' rule for operator 'Frobnicate'", "node 'odd'", "Nearest layers that work: 'first'", "Known: ", "Conv, ");
        Assert.Equal(0, CommandLineRun.Of("project", "--model", model, "--tensor", tensor, "--layer", "first", "--out", Out("p.npy")).Code);
    }

    [Fact]
    public void An_unknown_operator_is_named_by_inspect()
    {
        var layers = CommandLineRun.Of("inspect", TinyModel.WriteUnknownOperator(_folder), "--json").AssertJson().GetProperty("layers");
        Assert.True(layers[0].GetProperty("reversible").GetBoolean());
        Assert.Equal("Frobnicate", layers[1].GetProperty("operator").GetString());
        Assert.False(layers[1].GetProperty("reversible").GetBoolean());
        Assert.Contains("Frobnicate", layers[1].GetProperty("obstacle").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_layer_is_refused_with_near_ones() =>
        Project("block/pol").AssertRefused("no layer 'block/pol'", "block/pool");

    [Theory]
    [InlineData(1, 3, 5, 4)]
    [InlineData(1, 4, 4, 4)]
    [InlineData(3, 4)]
    public void A_tensor_of_another_shape(params int[] shape) =>
        CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--tensor", Tensor("x.npy", shape), "--layer", "mean", "--out", Out("f"))
            .AssertRefused($"shape [{string.Join(',', shape)}]", "[N,3,4,4]");

    [Theory]
    [InlineData(float.NaN, "holds NaN at [1,2,0,3]; finite numbers")]
    [InlineData(float.PositiveInfinity, "holds Infinity at [1,2,0,3] and 1 more values", 95)]
    [InlineData(float.NegativeInfinity, "holds -Infinity at [1,2,0,3]; finite numbers")]
    public void A_tensor_of_what_is_no_number(float value, string said, int? also = null)
    {
        var values = new float[96];
        values[48 + 32 + 3] = value;
        if (also is { } place) values[place] = float.NaN;
        NpyFile.Write<float>(Out("x.npy"), values, [2, 3, 4, 4]);
        NpyFile.Write<float>(Out("one.npy"), values.AsSpan(48, 48), [3, 4, 4]);
        string[] common = ["--model", TinyModel.Write(_folder), "--tensor"];
        CommandLineRun.Of(["extract", .. common, Out("x.npy"), "--layer", "mean", "--out", Out("f")]).AssertRefused(said, "x.npy");
        CommandLineRun.Of(["project", .. common, Out("x.npy"), "--layer", "mean", "--out", Out("p.npy")]).AssertRefused(said);
        CommandLineRun.Of(["grad-cam", .. common, Out("one.npy"), "--out", Out("p.npy")]).AssertRefused("at [2,0,3]");
        Assert.False(File.Exists(Out("f/mean.npy")));
    }

    [Fact]
    public void A_tensor_of_whole_numbers()
    {
        var file = Out("x.npy");
        NpyFile.Write<long>(file, new long[48], [1, 3, 4, 4]);
        CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--tensor", file, "--layer", "mean", "--out", Out("f"))
            .AssertRefused("Int64", "Float32");
    }

    [Fact]
    public void Several_inputs_where_one_picture_is_wanted() =>
        CommandLineRun.Of("project", "--model", TinyModel.Write(_folder), "--tensor", Tensor("x.npy", 2, 3, 4, 4), "--layer", "mean", "--out", Out("p.png"))
            .AssertRefused("there may be many pictures; a folder");

    [Fact]
    public void A_folder_that_does_not_exist() => Extract("/no/such/folder").AssertRefused("'/no/such/folder' does not exist");

    [Fact]
    public void An_empty_folder()
    {
        Directory.CreateDirectory(Out("empty"));
        Extract(Out("empty")).AssertRefused("empty", "holds no images");
    }

    [Fact]
    public void An_unreadable_image_is_skipped_by_name()
    {
        WritePhotosWithABrokenOne();
        var run = Extract(Out("photos"));
        Assert.Equal(0, run.Code);
        Assert.Contains("b.png", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 image could not be read", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(Path.Combine(Out("features"), "index.csv")).Length);
    }

    [Fact]
    public void An_unreadable_image_stops_strict_work_and_nothing_is_left()
    {
        WritePhotosWithABrokenOne();
        Extract(Out("photos"), "--strict").AssertRefused("b.png", "cannot be read");
        Assert.False(Directory.Exists(Out("features")));
    }

    [Fact]
    public void An_image_that_is_none()
    {
        var image = _folder.Write("text.jpg", "hello");
        CommandLineRun.Of("project", "--model", TinyModel.Write(_folder), "--image", image, "--layer", "mean", "--out", Out("p.png"))
            .AssertRefused("text.jpg", "cannot be read");
    }

    [Fact]
    public void Only_unreadable_images()
    {
        _folder.Write("photos/a.png", "hello");
        var run = Extract(Out("photos"));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains("The image could not be read; nothing was written", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--channel", "3", "Channel 3 is outside the layer: it has 3 channels (0 to 2)")]
    [InlineData("--unit", "2,0", "outside the layer: it has 3 channels (0 to 2) of 2x2 units")]
    public void A_unit_outside_the_layer(string option, string value, string expected) => Project("block/pool", option, value).AssertRefused(expected);

    [Fact]
    public void A_model_that_does_not_say_how_photos_become_its_input()
    {
        var model = TinyModel.Write(_folder, saysPreprocessing: false);
        var image = TinyModel.WritePhoto(_folder, "a.png");
        CommandLineRun.Of("extract", "--model", model, "--images", image, "--layer", "mean", "--out", Out("f")).AssertRefused("--resize", "--mean", "YAML");
    }

    [Fact]
    public void A_crop_of_another_size() => Project("mean", "--crop", "3").AssertRefused("[N,3,4,4]", "preprocessing makes 3x3");

    [Fact]
    public void Malformed_yaml_beside_the_model()
    {
        var model = TinyModel.Write(_folder, saysPreprocessing: false);
        var yaml = _folder.Write("tiny.yaml", "preprocessing:\n  crop: [4, 4\n  mean: 1\n");
        CommandLineRun.Of("inspect", model).AssertRefused($"{yaml}:2:11: ", "malformed YAML");
    }

    [Fact]
    public void An_unknown_key_beside_the_model()
    {
        var model = TinyModel.Write(_folder, saysPreprocessing: false);
        var yaml = _folder.Write("tiny.yaml", "preprocessing:\n  crop: 4\n  maen: 1\n");
        CommandLineRun.Of("inspect", model).AssertRefused($"{yaml}:3:3: ", "'maen'", "Did you mean 'mean'?");
    }

    [Fact]
    public void Malformed_yaml_to_train()
    {
        var yaml = _folder.Write("net.yaml", "name: net\ninput: { height: 4, width: 4 }\nlayers:\n  - conv1: { type: conv, filters: 2, kernal: 3 }\n");
        CommandLineRun.Of("train", yaml, "--data", _folder.Path, "--out", Out("t")).AssertRefused($"{yaml}:4:", "'kernal'", "Did you mean 'kernel'?");
    }

    [Fact]
    public void A_device_that_is_not_there()
    {
        if (CommandLineRun.Of("doctor", "--json").Output.Contains("CUDAExecutionProvider", StringComparison.Ordinal))
            Assert.Skip("this machine may have the device");
        Project("mean", "--device", "cuda").AssertRefused("'cuda:0'", "--device cpu");
    }

    private CommandLineRun Project(string layer, params string[] more) => CommandLineRun.Of(
        ["project", "--model", TinyModel.Write(_folder), "--image", TinyModel.WritePhoto(_folder, "a.png"), "--layer", layer, "--out", Out("p.npy"), .. more]);

    private CommandLineRun Extract(string images, params string[] more) =>
        CommandLineRun.Of(["extract", "--model", TinyModel.Write(_folder), "--images", images, "--layer", "mean", "--out", Out("features"), .. more]);

    private void WritePhotosWithABrokenOne()
    {
        TinyModel.WritePhoto(_folder, "photos/a.png");
        _folder.Write("photos/b.png", File.ReadAllBytes(Out("photos/a.png")).AsSpan(0, 40));
        TinyModel.WritePhoto(_folder, "photos/c.png", offset: 1);
    }

    private string Tensor(string name, params int[] shape)
    {
        NpyFile.Write<float>(Out(name), new float[shape.Aggregate(1, static (a, b) => a * b)], shape);
        return Out(name);
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
