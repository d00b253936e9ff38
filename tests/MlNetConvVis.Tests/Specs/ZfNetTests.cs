using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Specs;

/// <summary>models/zfnet.yaml is the network of the paper's figure 3.</summary>
public class ZfNetTests
{
    private static readonly NetworkSpec s_zfnet = SpecFile.Model("zfnet");

    [Theory]
    [InlineData("conv1", 96, 110)]
    [InlineData("pool1", 96, 55)]
    [InlineData("norm1", 96, 55)]
    [InlineData("conv2", 256, 26)]
    [InlineData("pool2", 256, 13)]
    [InlineData("norm2", 256, 13)]
    [InlineData("conv3", 384, 13)]
    [InlineData("conv4", 384, 13)]
    [InlineData("conv5", 256, 13)]
    [InlineData("pool5", 256, 6)]
    public void Maps_have_the_papers_sizes(string layer, int maps, int side) =>
        Assert.Equal(new TensorShape(Dim.Free("N"), maps, side, side), s_zfnet.Shapes()[layer]);

    [Theory]
    [InlineData("fc6", 4096)]
    [InlineData("fc7", 4096)]
    [InlineData("fc8", 1000)]
    [InlineData("prob", 1000)]
    public void Dense_layers_have_the_papers_sizes(string layer, int units) =>
        Assert.Equal(new TensorShape(Dim.Free("N"), units), s_zfnet.Shapes()[layer]);

    [Theory]
    [InlineData("conv1", 14_208)]
    [InlineData("conv2", 614_656)]
    [InlineData("conv3", 885_120)]
    [InlineData("conv4", 1_327_488)]
    [InlineData("conv5", 884_992)]
    [InlineData("fc6", 37_752_832)]
    [InlineData("fc7", 16_781_312)]
    [InlineData("fc8", 4_097_000)]
    public void Layers_have_the_papers_parameters(string layer, long parameters) =>
        Assert.Equal(parameters, s_zfnet.Plan().Parameters.Where(p => p.Name.StartsWith($"{layer}/", StringComparison.Ordinal)).Sum(static p => p.Count));

    [Fact]
    public void All_parameters_are_62_357_608() => Assert.Equal(62_357_608, s_zfnet.CountParameters());

    [Theory]
    [InlineData("conv1", 7, 2)]
    [InlineData("pool1", 11, 4)]
    [InlineData("norm1", 11, 4)]
    [InlineData("conv2", 27, 8)]
    [InlineData("pool2", 43, 16)]
    [InlineData("conv3", 75, 16)]
    [InlineData("conv4", 107, 16)]
    [InlineData("conv5", 139, 16)]
    [InlineData("pool5", 171, 32)]
    public void Units_see_as_much_of_the_image_as_in_the_paper(string layer, long size, long stride)
    {
        var field = s_zfnet.Plan().ReceptiveFields()[layer];
        Assert.Equal([(size, stride), (size, stride)], field.Select(static axis => (axis.Size, axis.Stride)));
    }

    [Fact]
    public void Contrast_normalisation_has_AlexNets_constants_as_ONNX_writes_them()
    {
        var norm = s_zfnet.Plan().Graph.ProducerOf("norm1")!;
        Assert.Equal(("LRN", "pool1"), (norm.OpType, norm.Inputs[0]));
        Assert.Equal(5, norm.Attributes.Int("size", 0));
        Assert.Equal([5e-4f, 0.75f, 2f], new[] { "alpha", "beta", "bias" }.Select(a => norm.Attributes.Float(a, 0)));
    }

    [Fact]
    public void Weights_start_with_the_papers_deviation_and_biases_at_zero()
    {
        foreach (var parameter in s_zfnet.Plan().Parameters)
            Assert.Equal((0f, parameter.Name.EndsWith("/weights", StringComparison.Ordinal) ? 0.01f : 0), (parameter.Mean, parameter.Deviation));
    }

    [Fact]
    public void The_first_dense_layers_drop_half() =>
        Assert.Equal([("fc6/dropout", 0.5f), ("fc7/dropout", 0.5f)], s_zfnet.Plan().DropoutRates.Select(static d => (d.Key, d.Value)));

    [Fact]
    public void Preprocessing_cuts_224_out_of_256_and_subtracts_the_mean_picture()
    {
        var expected = new ImagePreprocessing
        {
            Width = 224, Height = 224, ShortestSide = 256, CanvasWidth = 256, CanvasHeight = 256, PerPixelMean = true,
        };
        Assert.Equal(expected, s_zfnet.Preprocessing);
        Assert.Equal(expected, SpecFile.Model("krizhevsky").Preprocessing);
    }

    [Fact]
    public void The_number_of_classes_changes_the_last_layer_alone()
    {
        var plan = s_zfnet.Plan(classes: 37);
        Assert.Equal(62_357_608 - (1000 - 37) * 4097, plan.ParameterCount);
        Assert.Equal(new TensorShape(Dim.Free("N"), 37), plan.Graph.Outputs[0].Shape);
    }
}
