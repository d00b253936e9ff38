namespace MlNetConvVis.Tests.Cli;

public class DoctorTests
{
    [Fact]
    public void Everything_that_is_needed_works_here()
    {
        var report = CommandLineRun.Of("doctor", "--json").AssertJson();
        Assert.True(report.GetProperty("ok").GetBoolean());
        var parts = report.GetProperty("parts").EnumerateArray().ToDictionary(static p => p.GetProperty("name").GetString()!, static p => p);
        Assert.All(["ONNX Runtime", "cpu", "reading and writing"], name => Assert.True(parts[name].GetProperty("ok").GetBoolean()));
        Assert.All(["cuda", "libvips", "MlNetConvVis.MLNet", "MlNetConvVis.TorchSharp", "MlNetConvVis.ImageSharp"], name =>
            Assert.NotEqual("", parts[name].GetProperty("details").GetString()));
    }

    [Fact]
    public void The_list_for_people_has_a_line_for_each_part()
    {
        var run = CommandLineRun.Of("doctor");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches(@"\n  yes  cpu +works; training in (blocks of \d+ channels|a plain layout, which is slower)\n", run.Output.ReplaceLineEndings("\n"));
        Assert.EndsWith("Everything that is needed works.\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
