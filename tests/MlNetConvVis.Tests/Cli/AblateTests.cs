using System.Text.Json;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

public sealed class AblateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_table_is_trained_compared_and_not_trained_again()
    {
        WritePhotos();
        WriteSpec("small", 2);
        WriteSpec("large", 6);
        File.WriteAllText(Out("table.yaml"),
            """
            title: Two networks
            rows:
              small: { spec: small.yaml, published: { training: 60, top-1: 70 } }
              large: { title: the large one, spec: large.yaml, published: { training: 20, top-1: 30 } }
            claims:
              - { claim: More maps are better, worse: small, than: large }
            """);
        var json = Json(Ablate("table.yaml"));
        var rows = json.GetProperty("rows");
        Assert.Equal(2, rows.GetArrayLength());
        var claim = json.GetProperty("claims")[0];
        Assert.Equal(40, claim.GetProperty("publishedMargin").GetDouble());
        double Top1(int row) => rows[row].GetProperty("errors").GetProperty("top1").GetDouble();
        Assert.Equal(Top1(0) - Top1(1), claim.GetProperty("margin").GetDouble(), 1e-9);
        Assert.True(File.Exists(Path.Combine(rows[1].GetProperty("folder").GetString()!, "model.onnx")));
        Assert.Equal(3, File.ReadAllLines(Out("out/ablation.csv")).Length);
        Assert.Contains("the large one", File.ReadAllText(Out("out/report.html")), StringComparison.Ordinal);

        var before = File.GetLastWriteTimeUtc(Out("out/small/model.onnx"));
        Assert.Equal(Top1(0), Json(Ablate("table.yaml")).GetProperty("rows")[0].GetProperty("errors").GetProperty("top1").GetDouble());
        Assert.Equal(before, File.GetLastWriteTimeUtc(Out("out/small/model.onnx")));
    }

    [Fact]
    public void What_compares_with_nothing_is_refused()
    {
        WritePhotos();
        WriteSpec("small", 2);
        Ablate("small.yaml").AssertRefused("a single network compares with nothing");
        Ablate("small.yaml", "small.yaml").AssertRefused("Two specs are called 'small'");
        WriteSpec("large", 6);
        CommandLineRun.Of("ablate", Out("small.yaml"), Out("large.yaml"), "--data", Out("data"), "--out", Out("out"), "--validation", "0")
            .AssertRefused("--validation must be above 0");
    }

    /// <summary>A line a row stands on standard error.</summary>
    private static JsonElement Json(CommandLineRun run)
    {
        Assert.Equal(0, run.Code);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private CommandLineRun Ablate(params string[] files) => CommandLineRun.Of(
        ["ablate", .. files.Select(Out), "--data", Out("data"), "--out", Out("out"), "--epochs", "2", "--device", "cpu", "--json"]);

    private void WriteSpec(string name, int maps) => File.WriteAllText(Out($"{name}.yaml"),
        $$"""
        name: {{name}}
        input: { height: 4, width: 4 }
        layers:
          - conv1: { type: conv, filters: {{maps}}, kernel: 3, pad: same, activation: relu }
          - fc2: { type: dense, units: classes }
          - prob: { type: softmax }
        """);

    /// <summary>Half of each class is red, half green, so that errors are not 0.</summary>
    private void WritePhotos()
    {
        for (var i = 0; i < 20; i++)
        {
            var pixels = new byte[48];
            for (var p = i % 2; p < 48; p += 3) pixels[p] = (byte)(100 + (7 * i));
            new RgbImage(4, 4, pixels).WritePng(Out($"data/{(i % 4 < 2 ? "first" : "second")}/{i}.png"));
        }
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
