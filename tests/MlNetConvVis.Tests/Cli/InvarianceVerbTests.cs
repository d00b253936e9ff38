using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Figure 5 of a network whose first layer is the photo's pixels.</summary>
public sealed class InvarianceVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_for_each_photo_amount_and_layer()
    {
        var result = Run("--translation", "-1:1:1", "--scales", "1:2:0.5", "--rotation", "0:270:90", "--fill", "black", "--json").AssertJson();
        Assert.Equal(2, result.GetProperty("photos").GetArrayLength());
        var rows = result.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(2 * 2 * (3 + 3 + 4), rows.Length);
        var pixels = 0.0;      // one row down: every pixel loses its neighbour above, the first row all it has
        for (var i = 0; i < 48; i++)
        {
            var (c, y, x) = (i / 16, i / 4 % 4, i % 4);
            double now = y == 0 ? 0 : TinyModel.PixelAt(c, y - 1, x);
            pixels += Math.Pow(TinyModel.PixelAt(c, y, x) - now, 2);
        }

        var down = rows.First(static r => r.GetProperty("transform").GetString() == "translation" && r.GetProperty("amount").GetDouble() == 1);
        Assert.Equal("block/same", down.GetProperty("layer").GetString());
        Assert.Equal(Math.Sqrt(pixels), down.GetProperty("distance").GetDouble(), 1e-3);
        Assert.All(rows.Where(static r => r.GetProperty("transform").GetString() == "scale" && r.GetProperty("amount").GetDouble() == 1),
            static r => Assert.Equal(0, r.GetProperty("distance").GetDouble()));
        Assert.Equal(rows.Length + 1, File.ReadAllLines(Path.Combine(_folder.Path, "o", "invariance.csv")).Length);
        Assert.Equal(6, result.GetProperty("summaries").GetArrayLength());
        Assert.True(ImageLoader.Read(Path.Combine(_folder.Path, "o", "curves.png")).Width > 5 * 260);
        Assert.True(ImageLoader.Read(Path.Combine(_folder.Path, "o", "photos.png")).Height > 6 * 112);
        Assert.Contains("Vertical translation", File.ReadAllText(Path.Combine(_folder.Path, "o", "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Transforms_can_be_left_out()
    {
        var run = Run("--translation", "none", "--scales", "none", "--rotation", "0:90:45", "--class", "red,blue");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.DoesNotContain("translation", run.Output, StringComparison.Ordinal);
        Assert.Contains("rotation", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scales is '0:1:0.5'; three numbers above 0", "--scales", "0:1:0.5")]
    [InlineData("--rotation is '0:90'; three numbers such as", "--rotation", "0:90")]
    [InlineData("which is 100001 amounts", "--rotation", "0:100:0.001")]
    [InlineData("are all none", "--rotation", "none", "--scales", "none", "--translation", "none")]
    [InlineData("names 3 classes, but there are 2 photos", "--class", "0,1,2")]
    [InlineData("which no class is called", "--class", "yellow")]
    [InlineData("has no layer 'odd'", "--layers", "odd")]
    public void What_cannot_be_used_is_refused(string expected, params string[] more) => Run(more).AssertRefused(expected);

    private CommandLineRun Run(params string[] more)
    {
        TinyModel.WritePhoto(_folder, Path.Combine("p", "a.png"));
        TinyModel.WritePhoto(_folder, Path.Combine("p", "b.png"), 2);
        string[] layers = more.Contains("--layers") ? [] : ["--layers", "block/same,flat"];
        return CommandLineRun.Of([
            "invariance", "--model", TinyModel.Write(_folder), "--images", Path.Combine(_folder.Path, "p"), "--out", Path.Combine(_folder.Path, "o"), .. layers, .. more]);
    }
}
