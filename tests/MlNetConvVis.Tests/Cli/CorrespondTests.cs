using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Table 1 of a network whose layer is the photo's pixels: masks in black lower every pixel they cover.</summary>
public sealed class CorrespondTests : IDisposable
{
    private const string Parts =
        """
        { "images": ["a.png", "b.png"],
          "parts": {
            "corner": { "a.png": [0, 0, 2, 1], "b.png": [[0, 0, 1, 1], [3, 3, 1, 1]] },
            "picture": { "a.png": "mask.png", "b.png": "mask.png" },
            "random": { "repeats": 3, "like": "corner" } } }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_for_each_part_and_layer()
    {
        var result = Run(Parts, "--json").AssertJson();
        var rows = result.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(["corner", "picture", "random"], rows.Select(static r => r.GetProperty("part").GetString()));

        // a loses (0,0) and (0,1), b loses (0,0) and (3,3), in three colours: two of 16 places differ
        Assert.Equal(2 / 16.0, rows[0].GetProperty("mean").GetDouble(), 1e-12);
        Assert.Equal(0, rows[1].GetProperty("mean").GetDouble());
        Assert.Equal((3, 3), (rows[2].GetProperty("repeats").GetInt32(), rows[2].GetProperty("pairs").GetArrayLength()));
        Assert.Equal(14 / 16.0, rows[0].GetProperty("unchanged").GetDouble(), 1e-12);
        Assert.Equal(2, result.GetProperty("claims").GetArrayLength());
        Assert.StartsWith("corner,block/relu,0.125,0,12,2,1,48,", File.ReadAllLines(Path.Combine(_folder.Path, "o", "correspondence.csv"))[1], StringComparison.Ordinal);
        Assert.True(ImageLoader.Read(Path.Combine(_folder.Path, "o", "masks.png")).Width > 4 * 128);
        var page = File.ReadAllText(Path.Combine(_folder.Path, "o", "report.html"));
        Assert.Contains("0.067 ± 0.007", page, StringComparison.Ordinal);      // the paper's
        Assert.Contains("0.125 ± 0.000", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_draws_the_same_masks()
    {
        string Table(string seed)
        {
            Assert.Equal(0, Run(Parts.Replace("\"repeats\": 3, \"like\": \"corner\"", "\"repeats\": 40, \"size\": [1, 1]", StringComparison.Ordinal), "--seed", seed).Code);
            return File.ReadAllText(Path.Combine(_folder.Path, "o", "correspondence.csv"));
        }

        var tables = new[] { "1", "1", "2", "3", "4" }.Select(Table).ToArray();
        Assert.Equal(tables[0], tables[1]);
        Assert.True(tables.Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("{ \"images\": [\"a.png\"], \"parts\": {} }", "no list 'images' with two photos")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": {} }", "no 'parts'")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": { \"p\": { \"a.png\": [0, 0, 1, 1] } } }", "no mask of 'p' for 'b.png'")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": { \"p\": { \"a.png\": [0, 0, 1], \"b.png\": [0, 0, 1, 1] } } }", "by [0, 0, 1]; [x, y, width, height]")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": { \"p\": { \"a.png\": [9, 9, 1, 1], \"b.png\": [0, 0, 1, 1] } } }", "outside what the network sees")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": { \"r\": { \"repeats\": 2, \"like\": \"eye\" } } }", "like 'eye', which it has not")]
    [InlineData("{ \"images\": [\"a.png\", \"b.png\"], \"parts\": { \"r\": { \"repeats\": 0 } } }", "1 to 10,000 was wanted")]
    [InlineData("{ \"image\": 1 }", "has 'image'; 'images' and 'parts' were wanted")]
    [InlineData("nothing", "cannot be read")]
    public void Malformed_masks_are_refused(string masks, string expected) => Run(masks).AssertRefused(expected);

    private CommandLineRun Run(string masks, params string[] more)
    {
        TinyModel.WritePhoto(_folder, "a.png", 1);
        TinyModel.WritePhoto(_folder, "b.png", 2);
        var pixels = new byte[48];
        pixels.AsSpan(15, 3).Fill(255);
        new RgbImage(4, 4, pixels).WritePng(Path.Combine(_folder.Path, "mask.png"));
        var file = Path.Combine(_folder.Path, "masks.json");
        File.WriteAllText(file, masks);
        return CommandLineRun.Of(
            ["correspond", "--model", TinyModel.Write(_folder), "--masks", file, "--layers", "block/relu", "--fill", "black", "--out", Path.Combine(_folder.Path, "o"), .. more]);
    }
}
