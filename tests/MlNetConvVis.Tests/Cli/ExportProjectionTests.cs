using System.Text.Json;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Tests.Features;

namespace MlNetConvVis.Tests.Cli;

public sealed class ExportProjectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_declares_shapes_and_says_what_it_is()
    {
        var result = Run("block/pool", "--rule", "guided", "--pixels", "rectified", "--json").AssertJson();
        Assert.Equal(("block/pool", 18), (result.GetProperty("layer").GetString(), result.GetProperty("opset").GetInt32()));
        Assert.Equal("guided", result.GetProperty("rules").GetProperty("rule").GetString());
        var graph = OnnxFile.Read(Out("p.onnx"));
        Assert.Equal(18, graph.Opset);
        Assert.All(graph.Nodes, static n => Assert.Equal("", n.Domain));
        Assert.Equal(["x [N,3,4,4]", "unit [N,3]"], graph.Inputs.Select(static i => $"{i.Name} {i.Shape}"));
        Assert.Equal(["projection [N,3,4,4]", "activation [N]", "field [N,4]"], graph.Outputs.Select(static o => $"{o.Name} {o.Shape}"));
        Assert.Equal(4, ImagePreprocessing.FromJson(graph.Metadata[ImagePreprocessing.MetadataKey]).Width);
        Assert.Equal("""["red","green","blue"]""", graph.Metadata["convvis.classes"]);
        var told = JsonDocument.Parse(graph.Metadata["convvis.projection"]).RootElement;
        Assert.Equal(("block/pool", "guided", "rectified", "one"), (Text(told, "layer"), Text(told, "rule"), Text(told, "pixels"), Text(told, "start")));
        Assert.Equal(64, Text(told, "networkSha256")!.Length);
    }

    [Fact]
    public void A_batch_can_be_fixed_and_a_fixed_one_is_freed()
    {
        Assert.Equal(0, Run("block/pool", "--batch", "2").Code);
        Assert.Equal("[2,3,4,4] [2,3] [2,3,4,4] [2] [2,4]", Shapes());
        OnnxFile.Write(SmallNet.Graph(batch: 1), Out("fixed.onnx"));
        Assert.Equal(0, CommandLineRun.Of("export-projection", "--model", Out("fixed.onnx"), "--layer", "fc", "--out", Out("p.onnx")).Code);
        Assert.Equal("[N,3,13,13] [N,3] [N,3,13,13] [N] [N,4]", Shapes());
    }

    [Fact]
    public void Options_for_photos_travel_in_the_file()
    {
        Assert.Equal(0, Run("block/pool", "--mean", "1,2,3").Code);
        Assert.Equal(2, ImagePreprocessing.FromJson(OnnxFile.Read(Out("p.onnx")).Metadata[ImagePreprocessing.MetadataKey]).Mean[1]);
    }

    [Fact]
    public void Text_lists_inputs_and_outputs()
    {
        var run = Run("block/pool");
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (var part in new[] { "operator set 18: layer block/pool, rule paper", "unit", "Nx3", "projection", "Nx3x4x4", "field", "Nx4" })
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch is '0'; a whole number from 1 to 4096, or free was wanted", "--batch", "0")]
    [InlineData("--overlap is 'mean', which is not one of its choices", "--overlap", "mean")]
    [InlineData("a file that ends in .onnx was wanted", "--out", "p.npy")]
    public void What_cannot_be_used_is_refused(string expected, params string[] more) =>
        CommandLineRun.Of(["export-projection", "--model", TinyModel.Write(_folder), "--layer", "mean", .. more,
            .. more[0] == "--out" ? Array.Empty<string>() : ["--out", Out("p.onnx")]]).AssertRefused(expected);

    [Fact]
    public void The_network_is_not_overwritten()
    {
        var model = TinyModel.Write(_folder);
        CommandLineRun.Of("export-projection", "--model", model, "--layer", "mean", "--out", model).AssertRefused("the network's own file");
    }

    [Fact]
    public void A_network_for_images_of_any_size_needs_one()
    {
        var model = TinyModel.WriteAnySize(_folder);
        CommandLineRun.Of("export-projection", "--model", model, "--layer", "pool", "--out", Out("p.onnx")).AssertRefused("Say it with --crop");
        Assert.Equal(0, CommandLineRun.Of("export-projection", "--model", model, "--layer", "pool", "--crop", "6x8", "--out", Out("p.onnx")).Code);
        Assert.StartsWith("[N,3,6,8] [N,3]", Shapes(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_without_a_rule_is_named() =>
        CommandLineRun.Of("export-projection", "--model", TinyModel.WriteUnknownOperator(_folder), "--layer", "last", "--out", Out("p.onnx"))
        .AssertRefused("'Frobnicate'");

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private string Shapes()
    {
        var graph = OnnxFile.Read(Out("p.onnx"));
        return string.Join(' ', graph.Inputs.Concat(graph.Outputs).Select(static v => v.Shape));
    }

    private CommandLineRun Run(string layer, params string[] more) =>
        CommandLineRun.Of(["export-projection", "--model", TinyModel.Write(_folder), "--layer", layer, "--out", Out("p.onnx"), .. more]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
