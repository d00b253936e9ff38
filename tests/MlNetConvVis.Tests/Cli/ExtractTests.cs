using MlNetConvVis.Data;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

public sealed class ExtractTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(32)]
    public void Features_and_switches_are_those_of_each_image_whatever_the_batch(int batch)
    {
        TinyModel.WritePhoto(_folder, "photos/a.png");
        _folder.Write("photos/b.png", "not an image");
        TinyModel.WritePhoto(_folder, "photos/c.png", offset: 7);
        TinyModel.WritePhoto(_folder, "photos/d.png", offset: 30);
        var run = CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--images", Out("photos"), "--layer", "block/same,block/pool", "--switches",
            "--out", Out("f"), "--batch", $"{batch}");
        Assert.Equal(0, run.Code);

        var same = NpyFile.Read<float>(Out("f/block_same.npy"));
        Assert.Equal([3, 3, 4, 4], same.Shape);
        int[] offsets = [0, 7, 30];
        Assert.Equal(Everywhere((i, c, y, x) => TinyModel.PixelAt(c, y, x, offsets[i]), 4), same.Values.Select(static v => (int)v));

        var pool = NpyFile.Read<float>(Out("f/block_pool.npy"));
        Assert.Equal([3, 3, 2, 2], pool.Shape);
        Assert.Equal(Everywhere((i, c, y, x) => TinyModel.PixelAt(c, (2 * y) + 1, (2 * x) + 1, offsets[i]), 2), pool.Values.Select(static v => (int)v));

        // Pixels rise along rows and columns, so the maximum lies at the lower right; where all four are cut to 255 the first of them counts.
        var switches = NpyFile.Read<long>(Out("f/block_pool.switches.npy"));
        Assert.Equal([3, 3, 2, 2], switches.Shape);
        Assert.Equal(Everywhere((i, c, y, x) => FirstMaximum(c, 2 * y, 2 * x, offsets[i]), 2), switches.Values.Select(static v => (int)v));
    }

    [Fact]
    public void The_index_names_file_and_label_of_each_row()
    {
        TinyModel.WritePhoto(_folder, "data/cat, grey/1.png");
        TinyModel.WritePhoto(_folder, "data/dog/2.png");
        Assert.Equal(0, CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--images", Out("data"), "--layer", "mean", "--out", Out("f")).Code);
        Assert.Equal(
            ["row,file,label", $"0,\"{Out("data/cat, grey/1.png")}\",\"cat, grey\"", $"1,{Out("data/dog/2.png")},dog"],
            File.ReadAllLines(Out("f/index.csv")));
    }

    [Fact]
    public void A_list_of_photos_keeps_its_order()
    {
        TinyModel.WritePhoto(_folder, "a.png", offset: 1);
        TinyModel.WritePhoto(_folder, "b.png", offset: 2);
        var list = _folder.Write("list.txt", "b.png\na.png\n");
        Assert.Equal(0, CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder), "--images", list, "--layer", "block/same", "--out", Out("f")).Code);
        var values = NpyFile.Read<float>(Out("f/block_same.npy")).Values;
        Assert.Equal((2f, 1f), (values[0], values[48]));
    }

    [Fact]
    public void A_tensor_goes_in_as_it_is()
    {
        var x = Enumerable.Range(0, 96).Select(static i => i - 50f).ToArray();
        NpyFile.Write<float>(Out("x.npy"), x, [2, 3, 4, 4]);
        var result = CommandLineRun.Of("extract", "--model", TinyModel.Write(_folder, saysPreprocessing: false), "--tensor", Out("x.npy"), "--layer",
            "block/relu", "--out", Out("f"), "--json").AssertJson();
        Assert.Equal(2, result.GetProperty("images").GetInt32());
        Assert.Equal("block/relu", result.GetProperty("layers")[0].GetProperty("layer").GetString());
        var features = NpyFile.Read<float>(result.GetProperty("layers")[0].GetProperty("file").GetString()!);
        Assert.Equal(x.Select(static v => Math.Max(0, v)), features.Values);
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(4, 4)]
    public void A_network_of_any_size_takes_the_size_of_the_tensor(int height, int width)
    {
        NpyFile.Write<float>(Out("x.npy"), Enumerable.Range(0, 3 * height * width).Select(static i => (float)i).ToArray(), [1, 3, height, width]);
        var model = TinyModel.WriteAnySize(_folder);
        var run = CommandLineRun.Of("extract", "--model", model, "--tensor", Out("x.npy"), "--layer", "pool", "--switches", "--out", Out("f"));
        Assert.Equal(0, run.Code);
        var pool = NpyFile.Read<float>(Out("f/pool.npy"));
        Assert.Equal([1, 3, (height + 1) / 2, (width + 1) / 2], pool.Shape);
        Assert.Equal((3 * height * width) - 1, pool.Values[^1]);
        Assert.Equal((3 * height * width) - 1, NpyFile.Read<long>(Out("f/pool.switches.npy")).Values[^1]);
    }

    [Fact]
    public void A_network_of_any_size_takes_the_size_of_the_crop()
    {
        var model = TinyModel.WriteAnySize(_folder);
        var image = TinyModel.WritePhoto(_folder, "a.png");
        string[] call = ["extract", "--model", model, "--images", image, "--layer", "pool", "--out", Out("f")];
        CommandLineRun.Of([.. call, "--mean", "1"]).AssertRefused("any size", "--crop");
        Assert.Equal(0, CommandLineRun.Of([.. call, "--crop", "2x4"]).Code);
        Assert.Equal([1, 3, 1, 2], NpyFile.Read<float>(Out("f/pool.npy")).Shape);
    }

    [Fact]
    public void Layers_whose_names_differ_in_slashes_alone_stay_apart()
    {
        var model = Out("twins.onnx");
        OnnxFile.Write(GraphText.Parse("a/b = Relu(x)\na_b = Neg(a/b)", [-1, 3, 4, 4]), model);
        NpyFile.Write<float>(Out("x.npy"), Enumerable.Repeat(2f, 48).ToArray(), [3, 4, 4]);
        Assert.Equal(0, CommandLineRun.Of("extract", "--model", model, "--tensor", Out("x.npy"), "--layer", "a/b", "--layer", "a_b", "--out", Out("f")).Code);
        Assert.Equal((2f, -2f), (NpyFile.Read<float>(Out("f/a_b.npy")).Values[0], NpyFile.Read<float>(Out("f/a_b-2.npy")).Values[0]));
    }

    private static IEnumerable<int> Everywhere(Func<int, int, int, int, int> value, int side) =>
        from i in Enumerable.Range(0, 3)
        from c in Enumerable.Range(0, 3)
        from y in Enumerable.Range(0, side)
        from x in Enumerable.Range(0,
            side)
        select value(i, c, y, x);

    private static int FirstMaximum(int c, int top, int left, int offset)
    {
        var best = (Value: -1, Place: 0);
        foreach (var (y, x) in new[] { (top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1) })
        {
            if (TinyModel.PixelAt(c, y, x, offset) is var value && value > best.Value) best = (value, (16 * c) + (4 * y) + x);
        }

        return best.Place;
    }

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
