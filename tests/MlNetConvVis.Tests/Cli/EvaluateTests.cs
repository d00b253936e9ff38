using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;
using MlNetConvVis.Specs;
using MlNetConvVis.Specs.Compilation;

namespace MlNetConvVis.Tests.Cli;

/// <summary>Networks whose answers can be worked out by hand: their scores are weighted means of the colours of a photo.</summary>
public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shares_classes_and_mistakes_are_those_counted_by_hand()
    {
        WriteColours();
        var found = CommandLineRun.Of("evaluate", Colours("m.onnx"), "--data", In("data"), "--json", "--device", "cpu").AssertJson();
        // the model sees red and green as they are; of four 'blue' photos two are red
        Assert.Equal(10, found.GetProperty("images").GetInt32());
        Assert.Equal(0.8, found.GetProperty("top1").GetDouble(), 1e-12);
        Assert.Equal((1 + 1 + 0.5) / 3, found.GetProperty("meanClassTop1").GetDouble(), 1e-12);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, found.GetProperty("top5").ValueKind);
        var blue = found.GetProperty("classes").EnumerateArray().Single(static c => c.GetProperty("name").GetString() == "blue");
        Assert.Equal((4, 0.5, "red", 2), (blue.GetProperty("images").GetInt32(), blue.GetProperty("top1").GetDouble(),
            blue.GetProperty("takenFor").GetString(), blue.GetProperty("takenForCount").GetInt32()));
        var mistake = Assert.Single(found.GetProperty("mostConfused").EnumerateArray());
        Assert.Equal(("blue", "red", 2), (mistake.GetProperty("trueClass").GetString(),
            mistake.GetProperty("takenFor").GetString(), mistake.GetProperty("count").GetInt32()));
        // scores are 4 for the colour that is there and 0 otherwise: 8 photos cost log(e^4 + 2) - 4, the two wrong ones 4 more
        Assert.Equal(Math.Log(Math.Exp(4) + 2) - 4 + (2 * 4.0 / 10), found.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Fact]
    public void Probabilities_of_several_models_are_averaged_and_classes_found_by_name()
    {
        WriteColours();
        // the second model has its classes in another order and cannot tell red from green: (e^0, e^0, e^-9) for both
        var blind = Colours("blind.onnx", ["green", "blue", "red"], [[0, 0, 0], [-9, -9, 9], [0, 0, 0]]);
        var found = CommandLineRun.Of("evaluate", Colours("m.onnx"), blind, "--data", In("data"), "--json", "--device", "cpu").AssertJson();
        Assert.Equal(0.8, found.GetProperty("top1").GetDouble(), 1e-12);
        var (sure, third) = (Math.Exp(4) / (Math.Exp(4) + 2), 1 / (Math.Exp(4) + 2));
        double Blind(double right) => right / (2 + Math.Exp(-9));
        var blueSeen = Math.Exp(9) / (Math.Exp(9) + 2);
        var loss = -((6 * Math.Log((sure + Blind(1)) / 2)) + (2 * Math.Log((sure + blueSeen) / 2)) + (2 * Math.Log((third + Blind(Math.Exp(-9))) / 2))) / 10;
        Assert.Equal(loss, found.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(2, found.GetProperty("models").GetArrayLength());
    }

    [Fact]
    public void Top_5_counts_where_there_are_more_classes()
    {
        WriteColours();
        string[] names = ["blue", "green", "p", "q", "r", "red", "s"];
        // every class but 'red' scores higher where there is red, so red is the last of seven; the others are first
        float[][] weights = [[4, 0, 4], [4, 4, 0], [3, 0, 0], [3, 0, 0], [3, 0, 0], [2, 0, 0], [3, 0, 0]];
        var found = CommandLineRun.Of("evaluate", Colours("m.onnx", names, weights), "--data", In("data"), "--json", "--device", "cpu").AssertJson();
        Assert.Equal((3 + 4) / 10.0, found.GetProperty("top1").GetDouble(), 1e-12);      // green is right; 'blue' photos that are red score 'blue' first
        Assert.Equal(7 / 10.0, found.GetProperty("top5").GetDouble(), 1e-12);
    }

    /// <summary>A photo of four squares: the corners are red, green, blue and red, the centre has a pixel of each; mirrored it has the same colours.</summary>
    [Fact]
    public void Ten_crops_are_averaged()
    {
        byte[] pixels = [.. Enumerable.Range(0, 16).SelectMany(static i => (i / 8, i % 4 / 2) switch
        {
            (0, 1) => new byte[] { 0, 255, 0 },
            (1, 0) => [0, 0, 255],
            _ => [255, 0, 0],
        })];
        _folder.Write("data/red/0.png", ImageCodecs.Default.EncodePng(new RgbImage(4, 4, pixels)));
        var model = Colours("m.onnx", canvas: 4);
        var ten = CommandLineRun.Of("evaluate", model, "--data", In("data"), "--crops", "10", "--json", "--device", "cpu").AssertJson();
        double Softmax(double own, double a, double b) => Math.Exp(own) / (Math.Exp(own) + Math.Exp(a) + Math.Exp(b));
        var mean = ((2 * Softmax(4, 0, 0)) + (2 * Softmax(0, 4, 0)) + Softmax(2, 1, 1)) / 5;
        Assert.Equal(-Math.Log(mean), ten.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(10, ten.GetProperty("crops").GetInt32());
        var one = CommandLineRun.Of("evaluate", model, "--data", In("data"), "--json", "--device", "cpu").AssertJson();
        Assert.Equal(-Math.Log(Softmax(2, 1, 1)), one.GetProperty("loss").GetDouble(), 1e-5);
        CommandLineRun.Of("evaluate", Colours("n.onnx"), "--data", In("data"), "--crops", "10").AssertRefused("need a larger picture");
    }

    [Fact]
    public void What_is_printed_reads_as_a_table()
    {
        WriteColours();
        var run = CommandLineRun.Of("evaluate", Colours("m.onnx"), "--data", In("data"), "--device", "cpu");
        Assert.Equal(0, run.Code);
        Assert.Contains("blue        4   50.0%  red (2)", run.Output, StringComparison.Ordinal);
        Assert.Contains("Right on 80.0% of 10 photos, loss ", run.Output, StringComparison.Ordinal);
        Assert.Contains("Mean over 3 classes: 83.3%", run.Output, StringComparison.Ordinal);
        Assert.Contains("Most frequent mistakes: blue taken for red (2)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_do_not_match_are_refused()
    {
        WriteColours();
        var model = Colours("m.onnx", ["red", "green", "violet"]);
        CommandLineRun.Of("evaluate", model, "--data", In("data")).AssertRefused("1 classes that the model does not know ('blue')", "--classes");
        CommandLineRun.Of("evaluate", model, Colours("n.onnx"), "--data", In("data")).AssertRefused("do not tell the same classes apart");
        CommandLineRun.Of("evaluate", "--data", In("data")).AssertRefused("MODEL is missing");
        Assert.Equal(0, CommandLineRun.Of("evaluate", model, "--data", In("data"), "--device", "cpu",
            "--classes", _folder.Write("names.txt", "red\ngreen\nblue\n")).Code);
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named_and_left_out()
    {
        WriteColours();
        _folder.Write("data/red/broken.png", "no picture");
        var run = CommandLineRun.Of("evaluate", Colours("m.onnx"), "--data", In("data"), "--json", "--device", "cpu");
        Assert.Contains("broken.png", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"images\": 10", run.Output, StringComparison.Ordinal);
    }

    /// <summary>A network whose score of class c is the sum over the channels of weights[c] times the channel's mean (0 or 1).</summary>
    private string Colours(string file, string[]? classes = null, float[][]? weights = null, int canvas = 2)
    {
        classes ??= ["red", "green", "blue"];
        weights ??= [[4, 0, 0], [0, 4, 0], [0, 0, 4]];
        var spec = NetworkSpec.Parse(
            $$"""
            name: colours
            input: { height: 2, width: 2 }
            preprocessing: { canvas: {{canvas}}, scale: 0.00392156862745098 }
            layers:
              - mean: { type: globalaveragepool }
              - fc: { type: dense, units: classes }
              - prob: { type: softmax }
            """, "colours.yaml");
        var graph = spec.Compile(classes.Length).Graph;
        var initializers = graph.Initializers.ToDictionary();
        initializers["fc/weights"] = OnnxTensor.Of([.. weights.SelectMany(static w => w)], classes.Length, 3);
        var metadata = graph.Metadata.ToDictionary();
        metadata[ImagePreprocessing.MetadataKey] = spec.Preprocessing!.ToJson();
        metadata[NetworkMetadata.ClassesKey] = System.Text.Json.JsonSerializer.Serialize(classes);
        OnnxFile.Write(graph.With(initializers: initializers, metadata: metadata), In(file));
        return In(file);
    }

    /// <summary>Three red, three green and four 'blue' photos, two of which are red.</summary>
    private void WriteColours()
    {
        for (var i = 0; i < 4; i++)
        {
            if (i < 3) Write("red", i, new Rgb(255, 0, 0));
            if (i < 3) Write("green", i, new Rgb(0, 255, 0));
            Write("blue", i, i < 2 ? new Rgb(255, 0, 0) : new Rgb(0, 0, 255));
        }
    }

    private void Write(string label, int number, Rgb colour) =>
        _folder.Write($"data/{label}/{number}.png", ImageCodecs.Default.EncodePng(RgbImage.Filled(2, 2, colour)));

    private string In(string name) => Path.Combine(_folder.Path, name);
}
