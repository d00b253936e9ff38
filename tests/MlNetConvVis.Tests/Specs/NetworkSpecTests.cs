using MlNetConvVis.Imaging;
using MlNetConvVis.Specs;

namespace MlNetConvVis.Tests.Specs;

public class NetworkSpecTests
{
    [Fact]
    public void Preprocessing_is_read()
    {
        var all = Preprocessing("{ resize: { height: 9, width: 12 }, crop: 8, filter: bicubic, channels: BGR, mean: [1, 2, 3], deviation: [2, 4, 8] }")!;
        var expected = new ImagePreprocessing
        {
            Width = 8,
            Height = 8,
            Resize = ResizeMode.Warp,
            WarpHeight = 9,
            WarpWidth = 12,
            Filter = ResampleFilter.Bicubic,
            Channels = ChannelOrder.Bgr,
            Mean = new ChannelValues(1, 2, 3),
            Scale = new ChannelValues(0.5f, 0.25f, 0.125f),
        };
        Assert.Equal(expected, all);
        Assert.Equal(new ImagePreprocessing { Width = 8, Height = 8, Resize = ResizeMode.None }, Preprocessing("{ resize: none }"));
        Assert.Equal(new ImagePreprocessing { Width = 8, Height = 8, Scale = new ChannelValues(3) }, Preprocessing("{ scale: 3 }"));
        Assert.Equal(
            new ImagePreprocessing { Width = 8, Height = 8, CanvasWidth = 12, CanvasHeight = 10, ShortestSide = 14, PerPixelMean = true },
            Preprocessing("{ resize: { shortest: 14 }, canvas: [10, 12], crop: 8, mean: per-pixel }"));
    }

    [Fact]
    public void Without_preprocessing_and_init_the_defaults_hold()
    {
        var spec = SpecFile.WithLayers("a: { type: relu }");
        Assert.Null(spec.Preprocessing);
        Assert.Null(spec.Classes);
        Assert.Equal(WeightInit.He, spec.Init);
        Assert.Equal(new InputSpec(3, 8, 8), spec.Input);
    }

    [Theory]
    [InlineData("{ resize: { shortest: 7 } }", "2:38: 'preprocessing.resize.shortest' is '7'; a whole number from 8 to 65536 was wanted.")]
    [InlineData("{ resize: 9 }", "2:26: 'preprocessing.resize' is '9'; { shortest: pixels }, { height: rows, width: columns } or none was wanted.")]
    [InlineData("{ crop: 7 }", "2:24: 'preprocessing.crop' cuts out 7x7, but the input is 8x8; make them equal, or leave out 'crop'.")]
    [InlineData("{ canvas: 7 }", "2:26: 'preprocessing.canvas' is '7'; a whole number of 8 or more was wanted.")]
    [InlineData("{ canvas: 9, resize: { shortest: 8 } }", "2:49: 'preprocessing.resize.shortest' is '8'; a whole number from 9 to 65536 was wanted.")]
    [InlineData("{ mean: [1, 2] }", "2:24: 'preprocessing.mean' is a list of 2; one number, or three, one a channel was wanted.")]
    [InlineData("{ scale: 0 }", "2:25: 'preprocessing.scale' is '0'; a number of 1E-06 or more was wanted.")]
    [InlineData("{ scale: 1, deviation: 1 }", "2:39: 'scale' and 'deviation' are both there; 'deviation: d' means 'scale: 1/d', so leave out one.")]
    [InlineData("{ channel: RGB }", "2:18: 'preprocessing' knows no key 'channel'. Did you mean 'channels'? Known: resize, " +
        "canvas, crop, filter, channels, mean, scale, deviation.")]
    [InlineData("{ channels: RGBA }", "2:28: 'preprocessing.channels' is 'RGBA', which is not one of its choices. Did you mean 'RGB'? Known: RGB, BGR, grey.")]
    public void Wrong_preprocessing_is_refused(string section, string message) =>
        Assert.Equal($"test.yaml:{message}", Assert.Throws<SpecException>(() => Preprocessing(section)).Message);

    [Fact]
    public void An_input_of_one_channel_takes_grey_pictures()
    {
        var spec = NetworkSpec.Parse(OfChannels(1, "{ mean: 33, deviation: 78 }"), "test.yaml");
        var expected = new ImagePreprocessing
        {
            Width = 8, Height = 8, Channels = ChannelOrder.Grey, Mean = new ChannelValues(33), Scale = new ChannelValues(1 / 78f),
        };
        Assert.Equal(expected, spec.Preprocessing);
        Assert.Equal(spec.Preprocessing, NetworkSpec.Parse(OfChannels(1, "{ channels: grey, mean: 33, deviation: 78 }"), "test.yaml").Preprocessing);
    }

    [Theory]
    [InlineData(1, "{ channels: RGB }", "3:28: the input has 1 channel; 'grey' is wanted.")]
    [InlineData(3, "{ channels: grey }", "3:28: the input has 3 channels; 'grey' makes one, RGB or BGR is wanted.")]
    [InlineData(1, "{ mean: [1, 2, 3] }", "3:24: 'preprocessing.mean' is a list of 3; one number, as there is one channel was wanted.")]
    [InlineData(4, "{ mean: 1 }", "3:16: pictures have three channels, or one when grey, but the model takes 4; leave out 'preprocessing' and feed tensors.")]
    public void Channels_that_do_not_fit_the_input_are_refused(int channels, string section, string message) =>
        Assert.Equal($"test.yaml:{message}", Refusal(OfChannels(channels, section)));

    private static string OfChannels(int channels, string preprocessing) =>
        $"name: n\ninput: {{ channels: {channels}, height: 8, width: 8 }}\npreprocessing: {preprocessing}\nlayers: [a: {{ type: relu }}]";

    [Theory]
    [InlineData("a: { type: convv }", "4:16: 'layers[0].a.type' is 'convv', which is not one of its choices. Did you mean 'conv'? Known: conv, maxpool, " +
        "averagepool, globalaveragepool, lrn, batchnorm, relu, flatten, dense, dropout, softmax, add, concat.")]
    [InlineData("a: { typ: conv }", "4:8: 'layers[0].a' has no 'type', which is required. Was 'typ' meant to be it?")]
    [InlineData("a: { type: conv, filter: 3, kernel: 3 }", "4:22: 'layers[0].a' knows no key 'filter'. Did you mean 'filters'? Known: type, from, filters, " +
        "kernel, stride, pad, dilation, groups, bias, init, batchnorm, activation, dropout.")]
    [InlineData("a: { type: maxpool, kernel: 3, activation: relu }", "4:36: 'layers[0].a' knows no key 'activation'. Known: type, from, kernel, stride, pad.")]
    [InlineData("a: { type: conv, kernel: 3 }", "4:8: 'layers[0].a' has no 'filters', which is required.")]
    [InlineData("a: { type: conv, filters: many, kernel: 3 }", "4:31: 'layers[0].a.filters' is 'many'; a whole number of 1 or more, or 'classes', was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: [1, 2, 3] }", "4:42: 'layers[0].a.kernel' is a list of 3; a number or [rows, columns] was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: [1, x] }", "4:46: 'layers[0].a.kernel[1]' is 'x'; a whole number of 1 or more was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: 3, pad: valid }", "4:50: 'layers[0].a.pad' is 'valid'; a number, [rows, columns], " +
        "[top, left, bottom, right] or 'same' was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: 3, pad: [1, 2, 3] }", "4:50: 'layers[0].a.pad' is a list of 3; a number, [rows, columns], " +
        "[top, left, bottom, right] or 'same' was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: 3, activation: rely }", "4:57: 'layers[0].a.activation' is 'rely', " +
        "which is not one of its choices. Did you mean 'relu'? Known: none, relu.")]
    [InlineData("a: { type: conv, filters: 3, kernel: 3, init: gaussian }", "4:51: 'layers[0].a.init' is 'gaussian'; he, " +
        "glorot or { gaussian: standard deviation } was wanted.")]
    [InlineData("a: { type: conv, filters: 3, kernel: 3, dropout: 1 }", "4:54: 'layers[0].a.dropout' is '1'; a share of 0 or more and less than 1 was wanted.")]
    [InlineData("a: { type: maxpool, kernel: 3, pad: 3 }", "4:41: 'layers[0].a.pad' is '3'; less than the window of 3x3 was wanted.")]
    [InlineData("a: { type: lrn, size: 4 }", "4:27: 'layers[0].a.size' is '4'; an odd number was wanted.")]
    [InlineData("1a: { type: relu }", "4:5: '1a' cannot be a layer's name; a letter or '_', then letters, digits, '_', '-' and '.' were wanted.")]
    [InlineData("a/b: { type: relu }", "4:5: 'a/b' cannot be a layer's name; a letter or '_', then letters, digits, '_', '-' and '.' were wanted.")]
    [InlineData("image: { type: relu }", "4:5: 'image' is the name of the input; give the layer another.")]
    [InlineData("a: { type: relu, from: imag }", "4:5: 'a' reads from 'imag', which is no layer above it. Did you mean 'image'? Known: image.")]
    [InlineData("a: { type: add }", "4:5: 'a' joins layers but reads from 1; 'from: [a, b]' was wanted.")]
    [InlineData("a: { type: relu, from: [image, image] }", "4:5: 'a' reads from 2 layers; one was wanted. Join them with an add or concat layer first.")]
    [InlineData("conv1", "4:5: 'layers[0]' is 'conv1'; 'name: { type: … }' was wanted.")]
    [InlineData("{ a: { type: relu }, b: { type: relu } }", "4:5: 'layers[0]' has 2 keys; one was wanted, the layer's name. " +
        "Does a line lack '- ' in front or spaces to belong to the layer above?")]
    public void A_wrong_layer_is_refused_with_its_place(string layer, string message) =>
        Assert.Equal($"test.yaml:{message}", Assert.Throws<SpecException>(() => SpecFile.WithLayers(layer)).Message);

    [Fact]
    public void Layers_that_share_a_name_or_lead_nowhere_are_refused()
    {
        Assert.Equal("test.yaml:5:5: there is a layer 'a' already; names must differ.",
            Refusal(SpecFile.TextWithLayers("a: { type: relu }", "a: { type: relu }")));
        Assert.Equal(
            "test.yaml:4:5: no layer reads from 'a'; name it in the 'from' of a layer below, or leave it out.",
            Refusal(SpecFile.TextWithLayers("a: { type: relu }", "b: { type: relu, from: image }")));
        Assert.Equal(
            "test.yaml:4:5: 'a' reads from 'b', which is no layer above it. Known: image.",
            Refusal(SpecFile.TextWithLayers("a: { type: relu, from: b }", "b: { type: relu }")));
    }

    [Theory]
    [InlineData("inputs: 3", "test.yaml:1:1: the file's top level knows no key 'inputs'. Did you mean 'input'? Known: name, " +
        "input, preprocessing, init, classes, training, layers, extends.")]
    [InlineData("name: n\ninput: { height: 8, width: 8 }\nlayers: []", "test.yaml:3:9: 'layers' is a list of 0; a list of at least one layer was wanted.")]
    [InlineData("name: n\ninput: { height: 0, width: 8 }", "test.yaml:2:18: 'input.height' is '0'; a whole number from 1 to 65536 was wanted.")]
    [InlineData("name: n\nclasses: 0\ninput: { height: 8, width: 8 }", "test.yaml:2:10: 'classes' is '0'; a whole number of 1 or more was wanted.")]
    [InlineData("name: \"\"\ninput: { height: 8, width: 8 }", "test.yaml:1:7: 'name' is ''; the network's name was wanted.")]
    public void A_wrong_top_level_is_refused_with_its_place(string text, string message) => Assert.Equal(message, Refusal(text));

    private static ImagePreprocessing? Preprocessing(string section) => NetworkSpec.Parse(
        $"name: n\npreprocessing: {section}\ninput: {{ height: 8, width: 8 }}\nlayers: [a: {{ type: relu }}]", "test.yaml").Preprocessing;

    private static string Refusal(string text) => Assert.Throws<SpecException>(() => NetworkSpec.Parse(text, "test.yaml")).Message;
}
