using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Imaging;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Many units, whole maps and other views; the network of <see cref="TinyModel"/> gives each pixel back at its switch.</summary>
public sealed class ProjectManyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_strongest_unit_of_every_photo()
    {
        Photos(3);
        var result = Run("--images", Out("photos"), "--out", Out("all.npy"), "--json").AssertJson();
        var projections = NpyFile.Read<float>(Out("all.npy"));
        Assert.Equal([3, 3, 4, 4], projections.Shape);
        for (var i = 0; i < 3; i++)
        {
            var one = Run("--image", Out($"photos/{i}.png"), "--out", Out("one.npy"), "--json").AssertJson();
            Assert.Equal(NpyFile.Read<float>(Out("one.npy")).Values, projections.Values[(i * 48)..((i + 1) * 48)]);
            var row = result.GetProperty("projections")[i];
            foreach (var name in new[] { "channel", "y", "x", "activation" })
                Assert.Equal(one.GetProperty(name).GetRawText(), row.GetProperty(name).GetRawText());
        }

        Assert.Equal(Out("all.csv"), result.GetProperty("index").GetString());
        Assert.Equal("row,file,channel,y,x,activation,top,left,height,width,picture", File.ReadLines(Out("all.csv")).First());
        Assert.Equal(4, File.ReadLines(Out("all.csv")).Count());
    }

    [Fact]
    public void A_folder_gets_a_picture_each_and_an_index()
    {
        Photos(2);
        var run = Run("--images", Out("photos"), "--channel", "0", "--out", Out("pictures"));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("2 projections of layer block/pool (3x2x2)", run.Output, StringComparison.Ordinal);
        var rows = CsvTable.Read(Out("pictures/index.csv"));
        Assert.Equal(["00000-0-map0.png", "00001-1-map0.png"], rows.Rows.Select(static r => r[10]));
        Assert.All(rows.Rows, r => Assert.Equal(256, ImageLoader.Read(Path.Combine(Out("pictures"), r[10])).Width));
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllText(Out("pictures/index.json"))).RootElement.GetArrayLength());
    }

    [Fact]
    public void A_table_names_units_of_photos_and_an_index_is_such_a_table()
    {
        Photos(2);
        File.WriteAllText(Out("units.csv"), "file,channel,y,x\nphotos/1.png,1,0,1\nphotos/0.png,,,\n\"photos/1.png\",2,-1,-1\r\n");
        var result = Run("--units", Out("units.csv"), "--out", Out("all.npy"), "--json").AssertJson();
        var rows = result.GetProperty("projections").EnumerateArray().Select(static r => (
            Path.GetFileName(r.GetProperty("file").GetString()), r.GetProperty("channel").GetInt32(), r.GetProperty("y").GetInt32(),
            r.GetProperty("x").GetInt32())).ToArray();
        Assert.Equal([("1.png", 1, 0, 1), ("1.png", 2, 1, 1), ("0.png", 2, 1, 1)], rows);
        var again = Run("--units", Out("all.csv"), "--out", Out("again.npy"), "--json").AssertJson();
        Assert.Equal(3, again.GetProperty("projections").GetArrayLength());
        Assert.Equal(NpyFile.Read<float>(Out("all.npy")).Values, NpyFile.Read<float>(Out("again.npy")).Values);
    }

    [Fact]
    public void A_table_without_files_is_for_every_input()
    {
        NpyFile.Write<float>(Out("x.npy"), [.. Enumerable.Range(1, 96).Select(static v => (float)v)], [2, 3, 4, 4]);
        File.WriteAllText(Out("units.csv"), "channel,y,x\n0,0,0\n2,1,1\n");
        var result = Run("--tensor", Out("x.npy"), "--units", Out("units.csv"), "--out", Out("all.npy"), "--json").AssertJson();
        Assert.Equal([4, 3, 4, 4], NpyFile.Read<float>(Out("all.npy")).Shape);
        Assert.Equal([6f, 48, 54, 96], result.GetProperty("projections").EnumerateArray().Select(static r => r.GetProperty("activation").GetSingle()));
    }

    [Fact]
    public void All_units_of_a_map_at_once()
    {
        Photos(1);
        var result = Run("--image", Out("photos/0.png"), "--channel", "1", "--unit", "all", "--out", Out("map.npy"), "--json").AssertJson();
        var expected = new float[48];
        foreach (var (y, x) in new[] { (1, 1), (1, 3), (3, 1), (3, 3) }) expected[16 + (4 * y) + x] = TinyModel.PixelAt(1, y, x);
        Assert.Equal(expected, NpyFile.Read<float>(Out("map.npy")).Values);
        Assert.Equal((1, JsonValueKind.Null, 133f),
            (result.GetProperty("channel").GetInt32(), result.GetProperty("y").ValueKind, result.GetProperty("activation").GetSingle()));
        Assert.Equal((0, 4), (result.GetProperty("field").GetProperty("top").GetInt32(), result.GetProperty("field").GetProperty("height").GetInt32()));
        Assert.Contains("all its units at once", Run("--image", Out("photos/0.png"), "--unit", "all", "--out", Out("map.npy")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Views_show_the_field_and_the_photo_beside_it()
    {
        Photos(1);
        string[] unit = ["--image", Out("photos/0.png"), "--channel", "1", "--unit", "0,1"];
        Assert.Equal(0, Run([.. unit, "--view", "field", "--out", Out("field.png")]).Code);
        var field = ImageLoader.Read(Out("field.png"));
        Assert.Equal((256, 256, new Rgb(128, 255, 128), Rgb.Grey), (field.Width, field.Height, field[255, 255], field[0, 0]));
        Assert.Equal(0, Run([.. unit, "--view", "pair", "--out", Out("pair.png")]).Code);
        var pair = ImageLoader.Read(Out("pair.png"));
        Assert.Equal((520, 256), (pair.Width, pair.Height));
        Assert.Equal(new Rgb(13, 113, 213), pair[519, 255]);
    }

    [Fact]
    public void Rules_and_their_options_are_said_and_applied()
    {
        Photos(1);
        string[] unit = ["--image", Out("photos/0.png"), "--out", Out("p.npy"), "--mean", "300", "--layers", "block/same", "--channel", "0", "--unit", "0,0"];
        string[] call = ["project", "--model", TinyModel.Write(_folder), .. unit];      // the pixel 0 - 300: a negative activation
        var all = CommandLineRun.Of([.. call, "--json"]).AssertJson();
        Assert.Equal(-300f, NpyFile.Read<float>(Out("p.npy")).Values[0]);
        Assert.Equal(("identity", "none", "all"), (Text(all, "lrn"), Text(all, "bias"), Text(all, "pixels")));
        var rectified = CommandLineRun.Of([.. call, "--json", "--pixels", "rectified", "--bias", "subtract", "--lrn", "gradient"]);
        Assert.Equal(0f, NpyFile.Read<float>(Out("p.npy")).Values[0]);
        Assert.Equal(0, rectified.Code);
        Assert.Equal(("gradient", "subtract", "rectified"),
            (Text(JsonDocument.Parse(rectified.Output).RootElement, "lrn"), Text(JsonDocument.Parse(rectified.Output).RootElement, "bias"),
                Text(JsonDocument.Parse(rectified.Output).RootElement, "pixels")));
        Assert.Contains("rule guided, overlap max, start activation,",
            CommandLineRun.Of([.. call, "--rule", "guided", "--start", "activation", "--overlap", "max"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_photo_is_named_and_skipped_or_refused()
    {
        Photos(1);
        File.WriteAllText(Out("photos/broken.png"), "no picture");
        var run = Run("--images", Out("photos"), "--out", Out("all.npy"));
        Assert.Equal(0, run.Code);
        Assert.Contains("broken.png", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 image could not be read", run.Output, StringComparison.Ordinal);
        Assert.Equal([1, 3, 4, 4], NpyFile.Read<float>(Out("all.npy")).Shape);
        Assert.Equal(2, Run("--images", Out("photos"), "--strict", "--out", Out("all.npy")).Code);
    }

    [Theory]
    [InlineData("--units and --channel were both given", "--units", "u.csv", "--channel", "1", "--out", "a.npy")]
    [InlineData("names photos itself (its column 'file'), but --images was given too", "--units", "u.csv", "--images", "photos", "--out", "a.npy")]
    [InlineData("have a column 'chanel'. Did you mean 'channel'? Known: file", "--units", "typo.csv", "--image", "photos/0.png", "--out", "a.npy")]
    [InlineData("of y and x one is given", "--units", "half.csv", "--image", "photos/0.png", "--out", "a.npy")]
    [InlineData("channel is 'one'; a whole number", "--units", "word.csv", "--image", "photos/0.png", "--out", "a.npy")]
    [InlineData("'none.csv' cannot be read: it does not exist", "--units", "none.csv", "--image", "photos/0.png", "--out", "a.npy")]
    [InlineData("unit outside", "--units", "far.csv", "--image", "photos/0.png", "--out", "a.npy")]
    [InlineData("many pictures; a folder for them", "--images", "photos", "--out", "a.png")]
    [InlineData("--view is for pictures", "--image", "photos/0.png", "--view", "field", "--out", "a.npy")]
    [InlineData("--view is 'fields', which is not one of its choices", "--image", "photos/0.png", "--view", "fields", "--out", "a.png")]
    [InlineData("--image and --images were both given", "--image", "photos/0.png", "--images", "photos", "--out", "a.npy")]
    [InlineData("--bias is 'sub', which is not one of its choices", "--image", "photos/0.png", "--bias", "sub", "--out", "a.png")]
    [InlineData("--lrn is 'none', which is not one of its choices", "--image", "photos/0.png", "--lrn", "none", "--out", "a.png")]
    [InlineData("--pixels is 'positive', which is not one of its choices", "--image", "photos/0.png", "--pixels", "positive", "--out", "a.png")]
    public void What_cannot_be_used_is_refused(string expected, params string[] args)
    {
        Photos(1);
        File.WriteAllText(Out("u.csv"), "file,channel\nphotos/0.png,1\n");
        File.WriteAllText(Out("typo.csv"), "chanel\n1\n");
        File.WriteAllText(Out("half.csv"), "channel,y\n1,1\n");
        File.WriteAllText(Out("word.csv"), "channel\none\n");
        File.WriteAllText(Out("far.csv"), "channel,y,x\n1,7,7\n");
        NpyFile.Write<float>(Out("x.npy"), new float[48], [3, 4, 4]);
        string[] full = [.. args.Select(a => a.EndsWith(".csv", StringComparison.Ordinal) && a != "none.csv" || a.Contains("photos", StringComparison.Ordinal)
            || a is "x.npy" or "a.npy" or "a.png" ? Out(a) : a)];
        var run = Run(full);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected == "unit outside" ? "is outside the layer" : expected, run.Error, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private void Photos(int count)
    {
        for (var i = 0; i < count; i++) TinyModel.WritePhoto(_folder, $"photos/{i}.png", offset: i);
    }

    private CommandLineRun Run(params string[] args) => CommandLineRun.Of(["project", "--model", TinyModel.Write(_folder), "--layer", "block/pool", .. args]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
