using System.Text.Json;
using MlNetConvVis.Data;
using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Imaging;
using MlNetConvVis.Onnx;

namespace MlNetConvVis.Tests.Cli;

/// <summary>A network for images [N,H,W,C], as Keras exports them, says the same in every verb as the same network for [N,C,H,W].</summary>
public sealed class ChannelsLastTests : IDisposable
{
    private const int Height = 12;
    private const int Width = 10;
    private const int Length = 3 * Height * Width;
    private const string First = "first";
    private const string Last = "last";

    private readonly TemporaryFolder _folder = new();

    public ChannelsLastTests()
    {
        Directory.CreateDirectory(Out("photos"));
        foreach (var form in new[] { First, Last })
        {
            Directory.CreateDirectory(Out(form));
            OnnxFile.Write(Network(form), Out($"{form}/net.onnx"));
        }

        for (var i = 0; i < 3; i++)
        {
            var random = new SplitMix64((ulong)i);
            new RgbImage(14, 15, [.. Enumerable.Range(0, 3 * 14 * 15).Select(_ => (byte)random.Next())]).WritePng(Out($"photos/{i}.png"));
        }

        var noise = new SplitMix64(9);
        float[] images = [.. Enumerable.Range(0, 2 * Length).Select(_ => ((noise.Next() >> 40) / (float)(1 << 22)) - 2)];
        NpyFile.Write<float>(Out("first/x.npy"), images, [2, 3, Height, Width]);
        NpyFile.Write<float>(Out("last/x.npy"), Turned(images), [2, Height, Width, 3]);
        NpyFile.Write<float>(Out("first/one.npy"), images.AsSpan(0, Length), [3, Height, Width]);
        NpyFile.Write<float>(Out("last/one.npy"), Turned(images[..Length]), [Height, Width, 3]);
        File.WriteAllText(Out("units.csv"), "channel,y,x\n0,1,2\n3,,\n,0,0\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_lists_the_same_layers()
    {
        var (first, last) = (Layers(First), Layers(Last));
        Assert.Equal(["conv", "relu", "pool", "conv2", "relu2", "mean", "fc", "prob"], first.Keys);
        foreach (var (name, layer) in first) AssertAlike(layer, last[name]);
        Assert.Equal((false, "it lies [N, rows, columns, channels]"),
            (last["keras"].GetProperty("reversible").GetBoolean(), last["keras"].GetProperty("obstacle").GetString()));
        Assert.Contains("x [N,12,10,3] (images, N,H,W,C)", CommandLineRun.Of("inspect", Out("last/net.onnx")).Output, StringComparison.Ordinal);
        Assert.Contains("x [N,3,12,10] (images, N,C,H,W)", CommandLineRun.Of("inspect", Out("first/net.onnx")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("photos")]
    [InlineData("x.npy")]
    public void Extract_writes_the_same_features(string input)
    {
        AssertBoth("extract", [.. Input(input), "--layer", "pool,prob", "--switches", "--out", "{form}"]);
        foreach (var file in new[] { "pool.npy", "prob.npy" }) AssertClose(Numbers(First, file).Values, Numbers(Last, file).Values);
        Assert.Equal(NpyFile.Read<long>(Out("first/pool.switches.npy")).Values, NpyFile.Read<long>(Out("last/pool.switches.npy")).Values);
    }

    [Theory]
    [InlineData("relu2", "photo")]
    [InlineData("pool", "photo", "--channel", "2", "--unit", "3,1")]
    [InlineData("relu2", "photo", "--channel", "1", "--unit", "all")]
    [InlineData("fc", "photo", "--rule", "guided")]
    [InlineData("conv2", "photo", "--rule", "gradient", "--unit", "5,4")]
    [InlineData("relu2", "one.npy", "--pixels", "rectified")]
    [InlineData("relu2", "photo", "--overlap", "last")]
    public void Project_writes_the_array_in_the_order_of_the_input(string layer, string input, params string[] more)
    {
        AssertBoth("project", [.. Input(input), "--layer", layer, .. more, "--out", "{form}/p.npy"]);
        var (first, last) = (Numbers(First, "p.npy"), Numbers(Last, "p.npy"));
        Assert.Equal([3, Height, Width], first.Shape[^3..]);
        Assert.Equal([Height, Width, 3], last.Shape[^3..]);
        Assert.Contains(first.Values, static v => v != 0);
        AssertClose(Turned(first.Values), last.Values);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("field")]
    [InlineData("pair")]
    public void Project_draws_the_same_picture(string view)
    {
        AssertBoth("project", [.. Input("photo"), "--layer", "relu2", "--unit", "0,3", "--view", view, "--out", "{form}/p.png"]);
        AssertSamePicture("p.png");
    }

    [Fact]
    public void Project_draws_the_same_picture_of_a_tensor()
    {
        AssertBoth("project", [.. Input("one.npy"), "--layer", "pool", "--view", "field", "--out", "{form}/p.png"]);
        AssertSamePicture("p.png");
    }

    [Theory]
    [InlineData("photos", 3)]
    [InlineData("x.npy", 2)]
    [InlineData("photos", 9, "--units", "{units}")]
    public void Many_projections_are_the_same(string input, int count, params string[] more)
    {
        AssertBoth("project", [.. Input(input), "--layer", "relu2", .. more, "--out", "{form}/all.npy"]);
        var (first, last) = (Numbers(First, "all.npy"), Numbers(Last, "all.npy"));
        Assert.Equal([count, Height, Width, 3], last.Shape);
        AssertClose(Turned(first.Values), last.Values);
        AssertBoth("project", [.. Input(input), "--layer", "relu2", .. more, "--view", input == "photos" ? "pair" : "field", "--out", "{form}/many"]);
        foreach (var file in Directory.GetFiles(Out("first/many"), "*.png")) AssertSamePicture(Path.GetRelativePath(Out("first"), file));
    }

    [Fact]
    public void The_exported_projection_takes_and_gives_the_order_of_the_input()
    {
        AssertBoth("export-projection", ["--layer", "relu2", "--out", "{form}/p.onnx"], "shape", "bytes");
        long[] units = [4, 2, 1, -1, -1, -1];
        Dictionary<string, OnnxTensor> Ran(string form) => GraphRun.Of(OnnxFile.Read(Out($"{form}/p.onnx")), new Dictionary<string, OnnxTensor>
        {
            ["x"] = OnnxTensor.Of(Numbers(form, "x.npy").Values, [.. Numbers(form, "x.npy").Shape.Select(static d => (long)d)]),
            ["unit"] = OnnxTensor.Of(units, 2, 3),
        });
        var (first, last) = (Ran(First), Ran(Last));
        AssertClose(Turned(first["projection"].Floats), last["projection"].Floats);
        AssertClose(first["activation"].Floats, last["activation"].Floats);
        Assert.Equal(first["field"].Longs.ToArray(), last["field"].Longs.ToArray());
        // row 2, column 1: rows 1 to 3 and columns 0 to 2 of the pool, which see rows 1 to 9 and columns 0 to 7
        Assert.Equal([1, 0, 9, 8], last["field"].Longs[..4].ToArray());
    }

    [Theory]
    [InlineData("photo")]
    [InlineData("photo", "--layer", "pool")]
    [InlineData("one.npy", "--class", "1")]
    public void Grad_cam_gives_the_same_map(string input, params string[] more)
    {
        AssertBoth("grad-cam", [.. Input(input), .. more, "--out", "{form}/m.npy"]);
        Assert.Equal([Height, Width], Numbers(Last, "m.npy").Shape);
        Assert.Contains(Numbers(First, "m.npy").Values, static v => v > 0);
        AssertClose(Numbers(First, "m.npy").Values, Numbers(Last, "m.npy").Values);
        AssertBoth("grad-cam", [.. Input(input), .. more, "--guided", "--out", "{form}/g.npy"]);
        AssertClose(Turned(Numbers(First, "g.npy").Values), Numbers(Last, "g.npy").Values);
        foreach (var guided in new[] { Array.Empty<string>(), ["--guided"] })
        {
            AssertBoth("grad-cam", [.. Input(input), .. more, .. guided, "--out", "{form}/m.png"]);
            AssertSamePicture("m.png");
        }
    }

    [Fact]
    public void Visualize_draws_the_same_pictures()
    {
        AssertBoth("visualize", ["--images", Out("photos"), "--layers", "pool,relu2,fc", "--maps", "3", "--top", "2", "--out", "{form}"]);
        foreach (var file in new[] { "pool.png", "relu2.png", "fc.png", "conv.filters.png" }) AssertSamePicture(file);
    }

    [Theory]
    [InlineData("project", "--image", "photos/0.png", "--layer", "keras", "--out", "p.npy")]
    [InlineData("grad-cam", "--image", "photos/0.png", "--layer", "keras", "--out", "p.npy")]
    [InlineData("visualize", "--images", "photos", "--layers", "keras", "--out", "v")]
    [InlineData("export-projection", "--layer", "keras", "--out", "p.onnx")]
    public void A_layer_with_channels_last_is_refused_and_the_one_before_it_named(string verb, params string[] more) =>
        CommandLineRun.Of([verb, "--model", Out("last/net.onnx"),
            .. more.Select(a => a.Contains("photos", StringComparison.Ordinal) || a.StartsWith("p.", StringComparison.Ordinal) || a == "v" ? Out(a) : a)])
            .AssertRefused("Layer 'keras' lies [N, rows, columns, channels]", "Choose 'relu2'");

    [Fact]
    public void A_tensor_of_the_other_order_is_refused_with_the_order_that_is_wanted() =>
        CommandLineRun.Of("extract", "--model", Out("last/net.onnx"), "--tensor", Out("first/x.npy"), "--layer", "pool", "--out", Out("f"))
            .AssertRefused("has shape [2,3,12,10], but the model takes [N,12,10,3] (N,H,W,C)");

    [Fact]
    public void Rows_and_columns_that_are_free_come_from_the_tensor()
    {
        foreach (var form in new[] { First, Last }) OnnxFile.Write(Network(form, free: true), Out($"{form}/net.onnx"));
        AssertBoth("project", [.. Input("one.npy"), "--layer", "relu2", "--out", "{form}/p.npy"]);
        Assert.Equal([Height, Width, 3], Numbers(Last, "p.npy").Shape);
        AssertClose(Turned(Numbers(First, "p.npy").Values), Numbers(Last, "p.npy").Values);
    }

    private static OnnxGraph Network(string form, bool free = false)
    {
        var (turn, x, mean) = form == First ? ("", "x", "mean = ReduceMean(relu2) axes=[2,3] keepdims=0")
            : ("turned = Transpose(x) perm=[0,3,1,2]\n", "turned", "keras = Transpose(relu2) perm=[0,2,3,1]\nmean = ReduceMean(keras) axes=[1,2] keepdims=0");
        var text = $"""
            {turn}conv = Conv({x}, w1, b1) pads=[1,1,1,1]
            relu = Relu(conv)
            pool = MaxPool(relu) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1]
            conv2 = Conv(pool, w2, b2) pads=[1,1,1,1]
            relu2 = Relu(conv2)
            {mean}
            fc = Gemm(mean, w3, b3)
            prob = Softmax(fc) axis=1
            """;
        var preprocessing = new ImagePreprocessing
        {
            Width = Width, Height = Height, Channels = ChannelOrder.Bgr, Mean = new(120, 110, 100),
            Scale = new(0.02f, 0.03f, 0.01f)
        };
        var shape = ImageAxesOf(form).Shape(-1, 3, free ? -1 : Height, free ? -1 : Width);
        var graph = GraphText.Parse(
            text, [.. shape.Select(static d => (long)d)],
            ("w1", Weights(1, 4, 3, 3, 3)), ("b1", Weights(2, 4)), ("w2", Weights(3, 5, 4, 3, 3)), ("b2", Weights(4, 5)), ("w3", Weights(5, 5, 4)),
            ("b3", Weights(6, 4)));
        return graph.With(opset: 12, metadata: free ? new Dictionary<string, string>() : new Dictionary<string, string>
        {
            [ImagePreprocessing.MetadataKey] = preprocessing.ToJson(),
        });
    }

    private static ImageAxes ImageAxesOf(string form) => form == First ? ImageAxes.Nchw : ImageAxes.Nhwc;

    private static OnnxTensor Weights(ulong seed, params long[] dims)
    {
        var random = new SplitMix64(seed);
        return OnnxTensor.Of(
            [.. Enumerable.Range(0, (int)dims.Aggregate(1L, static (a, b) => a * b)).Select(_ => ((int)(random.Next() >> 60) - 7) / 8f)], dims);
    }

    /// <summary>Brings images from channels first to channels last.</summary>
    private static float[] Turned(ReadOnlySpan<float> images)
    {
        var turned = new float[images.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (image, channel, place) = (i / Length, i / (Height * Width) % 3, i % (Height * Width));
            turned[(image * Length) + (place * 3) + channel] = images[i];
        }

        return turned;
    }

    private string[] Input(string name) => name switch
    {
        "photo" => ["--image", Out("photos/1.png")],
        "photos" => ["--images", Out("photos")],
        _ => ["--tensor", $"{{form}}/{name}"],
    };

    private Dictionary<string, JsonElement> Layers(string form) =>
        CommandLineRun.Of("inspect", Out($"{form}/net.onnx"), "--json").AssertJson().GetProperty("layers").EnumerateArray()
        .ToDictionary(static l => l.GetProperty("name").GetString()!);

    /// <summary>Runs a verb for both networks and compares what it says, but for the shapes of inputs.</summary>
    private void AssertBoth(string verb, string[] arguments, params string[] differing)
    {
        JsonElement Ran(string form)
        {
            string Filled(string argument) =>
                argument.Replace("{form}", Out(form), StringComparison.Ordinal).Replace("{units}", Out("units.csv"), StringComparison.Ordinal);
            return CommandLineRun.Of([verb, "--model", Out($"{form}/net.onnx"), .. arguments.Select(Filled), "--json"]).AssertJson();
        }

        AssertAlike(Ran(First), Ran(Last), [.. differing, .. verb == "project" ? new[] { "shape" } : []]);
    }

    private static void AssertAlike(JsonElement first, JsonElement last, params string[] differing)
    {
        Assert.Equal(first.ValueKind, last.ValueKind);
        switch (first.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(first.EnumerateObject().Select(static p => p.Name), last.EnumerateObject().Select(static p => p.Name));
                foreach (var property in first.EnumerateObject().Where(p => p.Name != "seconds" && !differing.Contains(p.Name)))
                    AssertAlike(property.Value, last.GetProperty(property.Name), differing);
                break;
            case JsonValueKind.Array:
                Assert.Equal(first.GetArrayLength(), last.GetArrayLength());
                foreach (var (a, b) in first.EnumerateArray().Zip(last.EnumerateArray())) AssertAlike(a, b, differing);
                break;
            case JsonValueKind.Number:
                AssertClose([first.GetSingle()], [last.GetSingle()]);
                break;
            default:
                Assert.Equal(first.ToString().Replace("/first/", "/", StringComparison.Ordinal),
                    last.ToString().Replace("/last/", "/", StringComparison.Ordinal));
                break;
        }
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) => TensorAssert.Close(expected, actual, Tolerance.Float32);

    /// <summary>Rounding may fall to either side where sums were added in another order.</summary>
    private void AssertSamePicture(string file)
    {
        var (first, last) = (ImageLoader.Read(Out($"first/{file}")), ImageLoader.Read(Out($"last/{file}")));
        Assert.Equal((first.Width, first.Height), (last.Width, last.Height));
        Assert.Contains(first.Pixels.ToArray(), static p => p is not (128 or 255));
        Assert.InRange(first.Pixels.ToArray().Zip(last.Pixels.ToArray(), static (a, b) => Math.Abs(a - b)).Max(), 0, 1);
    }

    private NpyArray<float> Numbers(string form, string file) => NpyFile.Read<float>(Out($"{form}/{file}"));

    private string Out(string name) => Path.Combine(_folder.Path, name);
}
