using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

public sealed class InspectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_form_of_an_operator_that_its_rule_refuses_is_marked_beforehand()
    {
        var model = Path.Combine(_folder.Path, "cast.onnx");
        OnnxFile.Write(GraphText.Parse("c = Relu(x)\nwhole = Cast(c) to=7\ny = Cast(whole) to=1", [-1, 1, 4, 4]), model);
        var layers = CommandLineRun.Of("inspect", model, "--json").AssertJson().GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal([true, false, false], layers.Select(static l => l.GetProperty("reversible").GetBoolean()));
        Assert.Contains("no rule for this form of Cast", layers[^1].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_have_shapes_parameters_and_receptive_fields()
    {
        var result = CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--json").AssertJson();
        var layers = result.GetProperty("layers");
        Assert.Equal(["block/same", "block/relu", "block/pool", "mean", "flat", "prob"],
            layers.EnumerateArray().Select(static l => l.GetProperty("name").GetString()));
        Assert.Equal([9L, 0, 0, 0, 0, 0], layers.EnumerateArray().Select(static l => l.GetProperty("parameters").GetInt64()));
        Assert.Equal(9, result.GetProperty("parameters").GetInt64());
        Assert.Equal("[null,3,2,2]", layers[2].GetProperty("shape").GetRawText().Replace("\n", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([2L, 2], layers[2].GetProperty("receptiveField").EnumerateArray().Select(static v => v.GetInt64()));
        Assert.Equal([2L, 2], layers[2].GetProperty("stride").EnumerateArray().Select(static v => v.GetInt64()));
        Assert.All(layers.EnumerateArray(), static l => Assert.True(l.GetProperty("reversible").GetBoolean()));
        Assert.Equal(["red", "green", "blue"], result.GetProperty("classes").EnumerateArray().Select(static c => c.GetString()));
    }

    [Fact]
    public void The_table_has_a_line_for_each_layer()
    {
        var run = CommandLineRun.Of("inspect", TinyModel.Write(_folder));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"block/pool +MaxPool +3x2x2 +2x2 +2 +yes", run.Output);
        Assert.Contains("3: red, green, blue", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spec_is_listed_as_training_would_begin_with_it()
    {
        var spec = Path.Combine(_folder.Path, "small.yaml");
        File.WriteAllText(spec, """
            name: small
            input: { channels: 3, height: 8, width: 8 }
            classes: 4
            layers:
              - conv1: { type: conv, filters: 2, kernel: 3, pad: same, activation: relu }
              - fc2: { type: dense, units: classes }
            """);
        var run = CommandLineRun.Of("inspect", spec);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("small.yaml, a spec, not trained", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"conv1/conv +Conv +2x8x8 +56 +3x3 +1 +yes", run.Output);
        Assert.Equal((2 * 28) + ((128 + 1) * 4), CommandLineRun.Of("inspect", spec, "--json").AssertJson().GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void A_file_beside_a_foreign_model_says_how_it_is_fed()
    {
        var model = TinyModel.Write(_folder, saysPreprocessing: false);
        _folder.Write("names.txt", "r\ng\nb\n");
        _folder.Write(
            "tiny.yaml", "preprocessing: { resize: { height: 6, width: 5 }, crop: 4, channels: BGR, mean: [1, 2, 3], deviation: 2 }\nclasses: names.txt\n");
        var result = CommandLineRun.Of("inspect", model, "--json").AssertJson();
        var preprocessing = result.GetProperty("preprocessing");
        Assert.Equal((6, 5), (preprocessing.GetProperty("warpHeight").GetInt32(), preprocessing.GetProperty("warpWidth").GetInt32()));
        Assert.Equal([1f, 2, 3], preprocessing.GetProperty("mean").EnumerateArray().Select(static v => v.GetSingle()));
        Assert.Equal([0.5f, 0.5f, 0.5f], preprocessing.GetProperty("scale").EnumerateArray().Select(static v => v.GetSingle()));
        Assert.Equal(["r", "g", "b"], result.GetProperty("classes").EnumerateArray().Select(static c => c.GetString()));
    }

    [Fact]
    public void Options_go_before_what_the_model_says()
    {
        var preprocessing = CommandLineRun.Of("inspect", TinyModel.Write(_folder), "--json", "--resize", "warp:8x6", "--channels", "BGR", "--mean", "-1,0.5,2")
            .AssertJson().GetProperty("preprocessing");
        Assert.Equal((8, 6), (preprocessing.GetProperty("warpHeight").GetInt32(), preprocessing.GetProperty("warpWidth").GetInt32()));
        Assert.Equal([-1f, 0.5f, 2], preprocessing.GetProperty("mean").EnumerateArray().Select(static v => v.GetSingle()));
        Assert.Equal((4, 4), (preprocessing.GetProperty("height").GetInt32(), preprocessing.GetProperty("width").GetInt32()));
    }
}
