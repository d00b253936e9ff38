using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Tests.Cli;

/// <summary>
/// A network of one channel in every verb, held against one of three whose first filters are the grey one's times the weights of red, green and blue: both see
/// the same in any picture.
/// </summary>
public sealed class GreyNetworkTests : IDisposable
{
    private const string Spec = """
        name: grey
        input: { channels: 1, height: 12, width: 10 }
        preprocessing: { mean: 90, deviation: 50 }
        layers:
          - conv1: { type: conv, filters: 6, kernel: 3, pad: same, activation: relu }
          - pool1: { type: maxpool, kernel: 2, stride: 2 }
          - conv2: { type: conv, filters: 8, kernel: 3, pad: same, activation: relu }
          - fc3: { type: dense, units: classes }
          - prob: { type: softmax }
        """;

    private static readonly float[] s_weights = [19595 / 65536f, 38470 / 65536f, 7471 / 65536f];
    private static readonly Tolerance s_tolerance = new(2e-4f, 2e-4f);

    private readonly TemporaryFolder _folder = new();

    public GreyNetworkTests()
    {
        var spec = NetworkSpec.Parse(Spec, "grey.yaml");
        var (network, preprocessing) = (spec.Compile(3, 1).Graph, spec.Preprocessing!);
        OnnxFile.Write(With(network, preprocessing), Out("grey.onnx"));
        OnnxFile.Write(With(Coloured(network), preprocessing with { Channels = ChannelOrder.Rgb }), Out("colour.onnx"));
        for (var i = 0; i < 9; i++)
        {
            var random = new SplitMix64((ulong)i);
            Directory.CreateDirectory(Out($"photos/{i % 3}"));
            new RgbImage(14, 15, [.. Enumerable.Range(0, 3 * 14 * 15).Select(_ => (byte)random.Next())]).WritePng(Out($"photos/{i % 3}/{i}.png"));
        }
    }

    private string Photo => Out("photos/1/1.png");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Features_are_those_of_the_coloured_twin()
    {
        foreach (var model in new[] { "grey", "colour" })
            CommandLineRun.Of("extract", "--model", Out($"{model}.onnx"), "--images", Out("photos"), "--layer", "conv2,prob", "--out", Out(model)).AssertSucceeded();
        foreach (var file in new[] { "conv2.npy", "prob.npy" })
            TensorAssert.Close(NpyFile.Read<float>(Out($"colour/{file}")).Values, NpyFile.Read<float>(Out($"grey/{file}")).Values, s_tolerance);
    }

    [Fact]
    public void Its_projection_times_the_weight_of_a_colour_is_the_twins_projection_of_that_colour()
    {
        foreach (var model in new[] { "grey", "colour" })
        {
            var run = CommandLineRun.Of(
                "project", "--model", Out($"{model}.onnx"), "--image", Photo, "--layer", "conv2", "--out", Out($"{model}.npy"));
            run.AssertSucceeded();
        }

        var (grey, colour) = (NpyFile.Read<float>(Out("grey.npy")), NpyFile.Read<float>(Out("colour.npy")));
        Assert.Equal([1, 12, 10], grey.Shape[^3..]);
        Assert.Contains(grey.Values, static v => v != 0);
        for (var c = 0; c < 3; c++)
            TensorAssert.Close([.. grey.Values.Select(v => s_weights[c] * v)], colour.Values.AsSpan(120 * c, 120), s_tolerance);
    }

    [Theory]
    [InlineData("project", "--image", "{photo}", "--layer", "conv2", "--out", "{out}.png")]
    [InlineData("grad-cam", "--image", "{photo}", "--layer", "conv2", "--guided", "--out", "{out}.png")]
    public void Pictures_of_projections_are_grey(string verb, params string[] options)
    {
        Run(verb, options).AssertSucceeded();
        var picture = ImageCodecs.Default.Decode(File.ReadAllBytes(Out("out.png")), "out.png");
        Assert.All(Enumerable.Range(0, picture.Width * picture.Height), i => Assert.Single(picture.Pixels.Slice(3 * i, 3).ToArray().Distinct()));
        Assert.NotEqual(1, picture.Pixels.ToArray().Distinct().Count());
    }

    [Theory]
    [InlineData("visualize", "--images", "{photos}", "--layers", "conv1,conv2", "--maps", "2", "--top", "2", "--out", "{out}")]
    [InlineData("occlude", "--image", "{photo}", "--images", "{photos}", "--layer", "conv2", "--out", "{out}")]
    [InlineData("invariance", "--images", "{photos}", "--layers", "conv1,fc3", "--translation", "-2:2:1", "--out", "{out}")]
    [InlineData("score", "--images", "{photos}", "--visualize", "conv2", "--out", "{out}")]
    [InlineData("diagnose", "--images", "{photos}", "--out", "{out}")]
    [InlineData("transfer", "--data", "{photos}", "--layer", "conv2", "--per-class", "2", "--folds", "1", "--out", "{out}")]
    public void Every_experiment_takes_it(string verb, params string[] options) => Run(verb, options).AssertSucceeded();

    [Fact]
    public void It_is_trained_on_pictures_with_colours_and_says_how_they_become_grey()
    {
        File.WriteAllText(Out("grey.yaml"), Spec);
        var run = CommandLineRun.Of("train", Out("grey.yaml"), "--data", Out("photos"), "--validation", "0.5", "--epochs", "1", "--batch", "2", "--out", Out("trained"));
        run.AssertSucceeded();
        var net = ConvNet.Load(Out("trained/model.onnx"));
        Assert.Equal((ChannelOrder.Grey, 1), (net.RequirePreprocessing().Channels, net.RequirePreprocessing().ChannelCount));
    }

    [Fact]
    public void A_foreign_network_of_one_channel_takes_grey_by_itself_and_no_colours()
    {
        var plain = OnnxFile.Read(Out("grey.onnx"));
        OnnxFile.Write(plain.With(metadata: new Dictionary<string, string>()), Out("plain.onnx"));
        string[] common = ["project", "--model", Out("plain.onnx"), "--image", Photo, "--layer", "conv1", "--out", Out("p.png"), "--mean", "90"];
        CommandLineRun.Of(common).AssertSucceeded();
        CommandLineRun.Of([.. common, "--channels", "GREY"]).AssertSucceeded();
        Assert.Contains("Its channels must be grey.", CommandLineRun.Of([.. common, "--channels", "RGB"]).Error, StringComparison.Ordinal);
        Assert.Contains("there is one channel, grey", CommandLineRun.Of([.. common[..^1], "1,2,3"]).Error, StringComparison.Ordinal);
    }

    private static OnnxGraph Coloured(OnnxGraph grey)
    {
        const string Weights = "conv1/weights";
        var (initializers, plain) = (grey.Initializers.ToDictionary(StringComparer.Ordinal), grey.Initializers[Weights]);
        var values = Enumerable.Range(0, 6).SelectMany(map => s_weights.SelectMany(w => plain.Floats.Slice(9 * map, 9).ToArray().Select(v => w * v)));
        initializers[Weights] = OnnxTensor.Of(values.ToArray(), 6, 3, 3, 3);
        var image = grey.Inputs[0] with { Shape = grey.Inputs[0].Shape!.With(1, 3) };
        return grey.With(inputs: [image], initializers: initializers);
    }

    private static OnnxGraph With(OnnxGraph network, ImagePreprocessing preprocessing) =>
        network.With(metadata: new Dictionary<string, string> { [ImagePreprocessing.MetadataKey] = preprocessing.ToJson() });

    private CommandLineRun Run(string verb, string[] options) => CommandLineRun.Of([verb, "--model", Out("grey.onnx"), .. options.Select(o => o
        .Replace("{photos}", Out("photos"), StringComparison.Ordinal).Replace("{photo}", Photo, StringComparison.Ordinal).Replace("{out}", Out("out"), StringComparison.Ordinal))]);

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
