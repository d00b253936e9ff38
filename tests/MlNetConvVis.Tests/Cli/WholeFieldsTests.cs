using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

/// <summary>
/// x [N,3,6,6]; sum = 3x3 sums of all channels, the middle twice, with padding 1, so that the 4x4 units inside see no padding;
/// wide = 7x7 sums, which see more than there is.
/// </summary>
public sealed class WholeFieldsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_units_inside_are_those_that_see_no_padding()
    {
        var net = new ConvNet(Network());
        Assert.Equal(new MapWindow(1, 1, 4, 4), MapWindow.OfWholeFields(net, "sum"));
        Assert.Equal(new MapWindow(0, 0, 1, 1), MapWindow.OfWholeFields(net, "flat"));
        Assert.Contains("sees 7x7 pixels of 6x6", Assert.Throws<GraphException>(() => MapWindow.OfWholeFields(net, "wide")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, 5)]      // stride 2, 3x3, padding 1 over 12 pixels: first pixels -1, 1, 3, 5, 7, 9
    [InlineData(3, 0, 4)]      // without padding all units are inside
    public void Strides_are_counted(int stride, int pad, int inside)
    {
        var graph = GraphText.Parse(
            $"y = MaxPool(x) kernel_shape=[3,3] strides=[{stride},{stride}] pads=[{pad},{pad},{pad},{pad}]", [-1, 3, 12, 12]);
        var window = MapWindow.OfWholeFields(new ConvNet(graph), "y");
        Assert.Equal((pad, pad, inside, inside), (window.Y, window.X, window.Height, window.Width));
    }

    [Fact]
    public void The_strongest_is_looked_for_inside()
    {
        float[] layer = [9, 1, 2, 3, 5, 4, 7, 8, 6, 9, 1, 2, 3, 4, 2, 1, 1, 8];      // two maps of 3x3
        var shape = TensorShape.Of(1, 2, 3, 3);
        Assert.Equal(new Unit(0, 0, 0), Unit.Strongest(layer, shape));
        Assert.Equal(new Unit(0, 1, 1), Unit.Strongest(layer, shape, within: new MapWindow(1, 1, 1, 1)));
        Assert.Equal(new Unit(1, 2, 2), Unit.Strongest(layer, shape, channel: 1, within: new MapWindow(1, 1, 2, 2)));
    }

    [Fact]
    public void Project_takes_a_unit_that_no_border_cuts()
    {
        // bright corner: the strongest sum is at the border, the strongest whole one at row 1, column 1
        var result = Project("--whole-fields", "--json").AssertJson();
        Assert.Equal((1, 1), (result.GetProperty("y").GetInt32(), result.GetProperty("x").GetInt32()));
        Assert.Equal((3, 3), (result.GetProperty("field").GetProperty("height").GetInt32(), result.GetProperty("field").GetProperty("width").GetInt32()));
        Assert.Contains("--whole-fields takes the strongest unit that no border cuts", Project().Output, StringComparison.Ordinal);
        Project("--whole-fields", "--unit", "0,0").AssertRefused("sees beyond the image's border", "rows 1 to 4 and columns 1 to 4 were wanted");
        Project("--whole-fields", "--unit", "all", "--channel", "0").AssertRefused("--unit is 'all'");
    }

    [Fact]
    public void Visualize_shows_only_whole_patches()
    {
        var run = Visualize("sum", "--whole-fields", "--json").AssertJson();
        var top = run.GetProperty("layers")[0].GetProperty("maps")[0].GetProperty("activations")[0];
        Assert.Equal((1, 1), (top.GetProperty("y").GetInt32(), top.GetProperty("x").GetInt32()));
        Visualize("wide", "--whole-fields").AssertRefused(
            "Layer 'wide' has no unit whose receptive field lies wholly inside the image", "leave out --whole-fields");
    }

    private CommandLineRun Visualize(string layer, params string[] more) => CommandLineRun.Of(
        ["visualize", "--model", Model(), "--images", Photo(), "--layers", layer, "--out", Path.Combine(_folder.Path, "v"), .. more]);

    private CommandLineRun Project(params string[] more) => CommandLineRun.Of(
        ["project", "--model", Model(), "--image", Photo(), "--layer", "sum", "--out", Path.Combine(_folder.Path, "p.png"), .. more]);

    private string Model()
    {
        var path = Path.Combine(_folder.Path, "border.onnx");
        OnnxFile.Write(Network(), path);
        return path;
    }

    /// <summary>One bright pixel in the first corner.</summary>
    private string Photo()
    {
        var path = Path.Combine(_folder.Path, "photo.png");
        var pixels = Enumerable.Range(0, 36).SelectMany(static i => Enumerable.Repeat((byte)(i == 0 ? 200 : 1), 3));
        new RgbImage(6, 6, [.. pixels]).WritePng(path);
        return path;
    }

    private static OnnxGraph Network() => GraphText.Parse(
        """
        sum = Conv(x, w) kernel_shape=[3,3] pads=[1,1,1,1]
        wide = Conv(x, v) kernel_shape=[7,7] pads=[3,3,3,3]
        both = Add(sum, wide)
        mean = GlobalAveragePool(both)
        flat = Flatten(mean)
        """,
        [-1, 3, 6, 6],
        ("w", OnnxTensor.Of([.. Enumerable.Range(0, 27).Select(static i => i % 9 == 4 ? 2f : 1f)], 1, 3, 3, 3)),
        ("v", OnnxTensor.Of([.. Enumerable.Repeat(1f, 147)], 1, 3, 7, 7)))
        .With(metadata: new Dictionary<string, string> { [ImagePreprocessing.MetadataKey] = new ImagePreprocessing { Width = 6, Height = 6 }.ToJson() });
}
