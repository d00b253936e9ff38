using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

public sealed class DiagnoseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Three filters of one pixel, one a colour: root mean square 1/sqrt(3), flat over all frequencies.</summary>
    [Fact]
    public void Two_networks_stand_side_by_side()
    {
        TinyModel.WritePhoto(_folder, "photos/0.png");
        var result = CommandLineRun.Of(
            "diagnose", "--model", TinyModel.Write(_folder), "--beside", TinyModel.Write(_folder, "other.onnx"), "--images", Out("photos"), "--out", Out("d"),
            "--json").AssertJson();
        Assert.Equal(["tiny.onnx", "other.onnx"], result.EnumerateArray().Select(static n => Path.GetFileName(n.GetProperty("model").GetString())));
        var tiny = result[0];
        Assert.Equal((3, 1, 0, 3), (
            tiny.GetProperty("filters").GetInt32(), tiny.GetProperty("photos").GetInt32(), tiny.GetProperty("dead").GetInt32(),
            tiny.GetProperty("atLimit").GetInt32()));
        Assert.Equal(1 / Math.Sqrt(3), tiny.GetProperty("each")[1].GetProperty("rms").GetDouble(), 1e-6);
        Assert.Equal(233, tiny.GetProperty("each")[2].GetProperty("largest").GetDouble());
        Assert.Equal(1, tiny.GetProperty("low").GetDouble() + tiny.GetProperty("middle").GetDouble() + tiny.GetProperty("high").GetDouble(), 1e-9);
        Assert.Equal(0, tiny.GetProperty("aliased").GetDouble());
        Assert.Equal(1 + 3 + 3, File.ReadAllLines(Out("d/diagnosis.csv")).Length);
        Assert.True(ImageLoader.Read(Out("d/other.filters.png")).Width > 0);
    }

    [Fact]
    public void Networks_of_one_name_are_told_apart_by_their_folders()
    {
        foreach (var folder in "ab") Directory.CreateDirectory(Out($"{folder}"));
        var (first, second) = (TinyModel.Write(_folder, "a/model.onnx"), TinyModel.Write(_folder, "b/model.onnx"));
        var run = CommandLineRun.Of("diagnose", "--model", first, "--beside", second, "--out", Out("d"));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("a/model.onnx +b/model.onnx", run.Output);
        Assert.True(File.Exists(Out("d/a_model.filters.png")) && File.Exists(Out("d/b_model.filters.png")));
    }

    [Fact]
    public void Without_photos_the_weights_alone_are_looked_at()
    {
        var run = CommandLineRun.Of("diagnose", "--model", TinyModel.Write(_folder));
        Assert.Equal(0, run.Code);
        Assert.Contains("dead (all weights zero)", run.Output, StringComparison.Ordinal);
        Assert.Contains("3 of 1x1, steps of 1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_without_a_first_convolution_is_refused() =>
        CommandLineRun.Of("diagnose", "--model", TinyModel.WriteUnknownOperator(_folder)).AssertRefused("no convolution of 1 or 3 channels");

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
