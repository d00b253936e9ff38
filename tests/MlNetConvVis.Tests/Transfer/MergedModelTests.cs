using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Onnx;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Cli;
using MlNetConvVis.Transfer;

namespace MlNetConvVis.Tests.Transfer;

public sealed class MergedModelTests : IDisposable
{
    private static readonly SessionSettings s_settings = new() { Device = Device.Cpu, Threads = 1 };
    private static readonly string[] s_classes = ["cat", "dog"];
    private readonly TemporaryFolder _folder = new();
    private readonly ConvNet _net;

    public MergedModelTests() => _net = ConvNet.Load(TinyModel.Write(_folder));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("block/pool", HeadKind.Softmax)]
    [InlineData("block/pool", HeadKind.Svm)]
    [InlineData("flat", HeadKind.Softmax)]
    public void One_file_gives_what_two_steps_give(string layer, HeadKind kind)
    {
        var head = Head(_net, layer, kind);
        var path = Path.Combine(_folder.Path, "merged.onnx");
        OnnxFile.Write(MergedModel.Of(_net, layer, head), path);
        var merged = ConvNet.Load(path);
        Assert.Equal(s_classes, merged.Classes);
        Assert.Equal(_net.Preprocessing, merged.Preprocessing);
        var (images, rows) = (Images(), 3);
        var features = Run(_net, layer, images, rows);
        var expected = kind == HeadKind.Svm ? head.Scores(features) : Probabilities(head.Scores(features), s_classes.Length);
        var output = Assert.Single(merged.Graph.Outputs).Name;
        Assert.Equal(kind == HeadKind.Svm ? MergedModel.ScoresName : MergedModel.ProbabilitiesName, output);
        TensorAssert.Close(expected, Run(merged, output, images, rows), new Tolerance(1e-5f, 1e-5f));
    }

    [Fact]
    public void Averages_of_a_large_layer_are_part_of_the_merged_model()
    {
        var (net, layers) = MeanPooledNet.Of(_net, ["block/same", "flat"], mostFeatures: 12);
        Assert.Equal("flat", layers[1].Read);
        Assert.Equal((12, "3x4x4, means of 2x2"), (layers[0].Features, layers[0].Shape));
        var images = Images();
        var means = Run(net, layers[0].Read, images, 3);
        Assert.Equal((images[0] + images[1] + images[4] + images[5]) / 4, means[0], 1e-5f);
        var head = Head(net, layers[0].Read, HeadKind.Softmax);
        var merged = new ConvNet(MergedModel.Of(net, layers[0].Read, head));
        TensorAssert.Close(Probabilities(head.Scores(means), 2), Run(merged, MergedModel.ProbabilitiesName, images, 3), new Tolerance(1e-5f, 1e-5f));
    }

    [Fact]
    public void Cells_at_the_end_average_what_is_there()
    {
        var (net, layers) = MeanPooledNet.Of(_net, ["block/same"], mostFeatures: 11);      // 3x3 cells: 2x2 of them, those at the end one wide
        var (images, layer) = (Images(), Assert.Single(layers));
        Assert.Equal(3, layer.Features);                                                   // 12 do not fit, so one cell of 4x4
        Assert.Equal(images.Take(16).Average(), Run(net, layer.Read, images, 3)[0], 1e-4f);
        (net, layers) = MeanPooledNet.Of(ConvNet.Load(TinyModel.Write(_folder)).OfSize(4, 4), ["block/same"], mostFeatures: 47);
        Assert.Equal("3x4x4, means of 2x2", layers[0].Shape);
        Assert.Throws<GraphException>(() => MeanPooledNet.Of(_net, ["flat"], mostFeatures: 2));
    }

    [Fact]
    public void A_head_of_another_layer_is_refused() => Assert.Contains(
        "12", Assert.Throws<GraphException>(() => MergedModel.Of(_net, "block/pool", Head(_net, "flat", HeadKind.Softmax))).Message, StringComparison.Ordinal);

    private static LinearHead Head(ConvNet net, string layer, HeadKind kind)
    {
        var columns = (int)net.ShapeOf(layer).Dims.Skip(1).Aggregate(1L, static (a, d) => a * d.Size);
        float[] weights = [.. Enumerable.Range(0, 2 * columns).Select(static i => MathF.Sin(i) * 0.01f)];
        return new LinearHead(weights, [0.1f, -0.2f], s_classes, kind);
    }

    private static float[] Images() => [.. Enumerable.Range(0, 3 * 48).Select(static i => 100 * (1 + MathF.Cos(i)))];

    private static float[] Run(ConvNet net, string layer, float[] images, int rows)
    {
        using var extractor = new FeatureExtractor(net, [layer], switches: false, s_settings, rows);
        return extractor.Matrix(layer, rows, (i, image) => images.AsSpan(i * 48, 48).CopyTo(image));
    }

    private static float[] Probabilities(float[] scores, int classes)
    {
        var likely = new float[scores.Length];
        for (var row = 0; row < scores.Length; row += classes)
        {
            var sum = Enumerable.Range(0, classes).Sum(c => Math.Exp(scores[row + c]));
            for (var c = 0; c < classes; c++) likely[row + c] = (float)(Math.Exp(scores[row + c]) / sum);
        }

        return likely;
    }
}
