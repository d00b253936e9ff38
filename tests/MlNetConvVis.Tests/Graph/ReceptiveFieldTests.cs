using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>
/// Receptive fields beside what the runtime says: each row and each column of the image is made not-a-number in turn, and the units that become so depend on
/// it.
/// (Not-a-number passes through sums and products whatever the weights, so nothing cancels by chance; max-pooling is written as average pooling here.)
/// </summary>
public class ReceptiveFieldTests
{
    private const int Height = 14;
    private const int Width = 11;

    private static readonly Dictionary<string, OnnxTensor> s_constants = new()
    {
        ["w3"] = Weights(4, 2, 3, 3), ["w44"] = Weights(4, 4, 3, 3), ["w1"] = Weights(4, 4, 1, 1), ["w2"] = Weights(4, 2, 2, 3), ["w15"] = Weights(4, 4, 1, 5),
        ["w51"] = Weights(4, 4, 5, 1),
        ["wd"] = Weights(4, 1, 3, 3), ["wt"] = Weights(4, 4, 3, 2), ["wide"] = Weights(4, 2, 5, 5), ["dense"] = Weights(3, 4), ["slope"] = Weights(4, 1, 1),
        ["pads"] = Longs(0, 0, 2, 0, 0, 0, 1, 3), ["cut"] = Longs(0, 0, -1, 2, 0, 0, 0, -1), ["starts"] = Longs(1, 0), ["ends"] = Longs(100, 100),
        ["hw"] = Longs(2, 3), ["steps"] = Longs(2, 3),
        ["back"] = Longs(-1), ["begin"] = Longs(-100), ["h"] = Longs(2), ["minus"] = Longs(-1), ["groups"] = Longs(0, 2, 2, 7, 6),
        ["joined"] = Longs(0, 4, 7, 6), ["merged"] = Longs(0, 4, 42),
        ["up"] = OnnxTensor.Of([1f, 1, 2, 2], 4), ["odd"] = OnnxTensor.Of([1f, 1, 1.5f, 0.75f], 4), ["halves"] = Longs(4, 5), ["some"] = Longs(3, 0, 9, 9, 2),
    };

    public static TheoryData<string> Networks =>
    [
        "y = Conv(x, w3) pads=[1,1,1,1]",
        "a = Conv(x, w3) strides=[2,2]\ny = Conv(a, w44) pads=[1,1,1,1]",
        "a = Conv(x, w3) strides=[2,3] pads=[1,0,2,1]\nb = AveragePool(a) kernel_shape=[2,2] strides=[2,1]\ny = Conv(b, w44) pads=[1,1,1,1] dilations=[1,2]",
        "a = Conv(x, w3) dilations=[3,2] pads=[3,2,3,2]\ny = Conv(a, wd) group=4 dilations=[2,2] strides=[2,1] pads=[2,2,2,2]",
        "a = Conv(x, w3) auto_pad=SAME_UPPER strides=[2,2]\nb = Conv(a, w15) auto_pad=SAME_LOWER\ny = Conv(b, w51) auto_pad=SAME_UPPER",
        "a = Conv(x, w3) pads=[1,1,1,1] strides=[2,2]\nb = Conv(a, w44) pads=[1,1,1,1]\nc = Conv(a, w1)\ny = Add(b, c)",
        "a = Conv(x, w3) pads=[1,1,1,1]\nb = Conv(a, w15) pads=[0,2,0,2]\nc = AveragePool(a) kernel_shape=[3,3] pads=[1,1,1,1]\ny = Concat(a, b, c) axis=1",
        "a = Conv(x, w3) pads=[1,1,1,1]\ng = GlobalAveragePool(a)\nk = Conv(g, w1)\ns = Sigmoid(k)\ny = Mul(a, s)",
        "a = Conv(x, w3)\nf = Flatten(a)\ng = GlobalAveragePool(a)\nr = ReduceMean(a, h) keepdims=0\ny = Conv(a, w44) strides=[1,2]",
        "a = Conv(x, w3)\nr = ReduceMean(a, h) keepdims=0\ny = Relu(r)",
        "a = Conv(x, w3)\nr = ReduceMean(a, h) keepdims=1\ny = Add(a, r)",
        "a = Conv(x, wide) strides=[2,2]\nt = Transpose(a) perm=[0,2,3,1]\nm = Softmax(t) axis=-1\n" +
            "u = Transpose(m) perm=[0,3,1,2]\ny = Conv(u, w44) pads=[1,1,1,1]",
        "a = Conv(x, w3)\nt = Transpose(a) perm=[0,3,2,1]\ny = Relu(t)",
        "a = Conv(x, w3) strides=[2,2] pads=[1,1,1,1]\nr = Reshape(a, groups)\nt = Transpose(r) perm=[0,2,1,3,4]\nb = Reshape(t, joined)\ny = Conv(b, w44)",
        "a = Conv(x, w3) strides=[2,2] pads=[1,1,1,1]\nm = Reshape(a, merged)\ny = Relu(m)",
        "a = Conv(x, w3) strides=[2,2]\np = Pad(a, pads)\ny = Conv(p, w44)",
        "a = Conv(x, w3) strides=[2,2]\np = Pad(a, pads) mode=edge\ny = Conv(p, w44)",
        "a = Conv(x, w3) strides=[2,2]\np = Pad(a, pads) mode=reflect\ny = Conv(p, w1)",
        "a = Conv(x, w3)\np = Pad(a, cut)\ny = Conv(p, w44) strides=[2,2] pads=[1,1,1,1]",
        "a = Conv(x, w3)\ns = Slice(a, starts, ends, hw, steps)\ny = Conv(s, w44) pads=[1,1,1,1]",
        "a = Conv(x, w3)\ns = Slice(a, back, begin, h, minus)\ny = Conv(s, w44) strides=[2,2]",
        "a = Conv(x, w3)\ns = Slice(a, back, begin, h, minus)\ny = Add(s, a)",
        "a = Conv(x, w3) strides=[2,2]\nu = Resize(a, , up) coordinate_transformation_mode=asymmetric nearest_mode=floor\ny = Conv(u, w44) pads=[1,1,1,1]",
        "a = Conv(x, w3) strides=[2,2]\nu = Resize(a, , up) mode=linear\ny = Conv(u, w44)",
        "a = Conv(x, w3) strides=[2,2]\nu = Resize(a, , odd) coordinate_transformation_mode=asymmetric nearest_mode=floor\ny = Relu(u)",
        "a = Conv(x, w3) strides=[2,2]\nu = ConvTranspose(a, wt) kernel_shape=[3,2] strides=[2,2] pads=[1,0,1,0] output_padding=[1,0]\ny = Conv(u, w44)",
        "a = Conv(x, w3) strides=[3,2]\nu = ConvTranspose(a, wt) kernel_shape=[3,2] strides=[2,3] dilations=[2,1]\ny = Relu(u)",
        "a = Conv(x, w3) strides=[2,2] pads=[1,1,1,1]\nt = Transpose(a) perm=[0,1,2,3]\nd = DepthToSpace(t) blocksize=2\ny = Relu(d)",
        "p = Pad(x, cut)\nd = Slice(p, starts, ends, hw)\na = Conv(d, w3)\ny = Relu(a)",
        "a = Conv(x, w3)\nb, c = Split(a, halves) axis=3\ny = Conv(c, w44)",
        "a = Conv(x, w3)\nb = Gather(a, some) axis=2\ny = Relu(b)",
        "a = Conv(x, w3) strides=[2,2]\nb = Conv(x, wide) strides=[1,2] pads=[0,1,0,1]\nc = Gather(b, some) axis=2\nd = Gather(a, some5) axis=2\ny = Add(c, d)",
        "a = Conv(x, w3)\nb = Conv(x, wide) strides=[2,2] pads=[2,2,2,2]\nt = Concat(a, a) axis=2\nc = Concat(b, b) axis=2\ny = Relu(t)",
        "a = Conv(x, w3)\nt = Transpose(a) perm=[0,2,3,1]\nm = MatMul(t, dense4)\ny = Relu(m)",
        "a = Conv(x, w3)\nq = Transpose(a) perm=[0,1,3,2]\nm = MatMul(a, q)\ny = Relu(m)",
        "a = InstanceNormalization(x, two, two)\ny = Conv(a, w3)",
        "y = Conv(x, tall)",
    ];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_unit_sees_what_it_depends_on_and_nothing_else(string text)
    {
        var constants = new Dictionary<string, OnnxTensor>(s_constants)
        {
            ["some5"] = Longs(1, 2, 3, 4, 5), ["dense4"] = Weights(4, 3), ["two"] = OnnxTensor.Of([1f, 2], 2), ["tall"] = Weights(2, 2, Height, 3),
        };
        var graph = CanonicalForm.Of(GraphText.Parse(text.Split('\n'), [GraphText.Float("x", 1, 2, Height, Width)], ["y"], constants).WithoutUnused());
        var shape = ShapeInference.Infer(graph)["y"].Dims.Select(static d => d.Size).ToArray();
        var (fields, orders) = (ReceptiveField.Infer(graph, "x")["y"], ReceptiveField.Orders(graph, "x", ImageAxes.Nchw)["y"]);
        using var session = new MlNetConvVis.Runtime.GraphSession(graph, GraphRun.Settings);
        using var run = session.Bind(1);
        AssertAxis(run, shape, orders.Rows, fields[0], Height, static (pixel, _) => pixel);
        AssertAxis(run, shape, orders.Columns, fields[1], Width, static (_, pixel) => pixel);
    }

    /// <summary>The three numbers themselves, for networks whose windows keep in step.</summary>
    [Theory]
    [InlineData("a = Conv(x, w3) pads=[1,1,1,1] strides=[2,2]\nb = Conv(a, w44) pads=[1,1,1,1]\nc = Conv(a, w1)\ny = Add(b, c)", 7, 2, -3)]
    [InlineData("a = Conv(x, w3) strides=[2,2]\nu = Resize(a, , up) coordinate_transformation_mode=asymmetric nearest_mode=floor\ny = Conv(u, w1)", 4, 1, -1)]
    [InlineData("a = Conv(x, w3) pads=[1,1,1,1]\ng = GlobalAveragePool(a)\ns = Sigmoid(g)\ny = Mul(a, s)", Height, 0, 0)]
    [InlineData("a = Conv(x, w3)\ny = Flatten(a)", Height, 0, 0)]
    [InlineData("a = Conv(x, w3)\nb = Conv(a, w44) strides=[4,4]\ny = Flatten(b)", 13, 0, 0)]
    [InlineData("y = Conv(x, w3) dilations=[2,2] pads=[2,2,2,2]", 5, 1, -2)]
    public void Fields_are_lines(string text, long size, long stride, long start)
    {
        var graph = GraphText.Parse(text.Split('\n'), [GraphText.Float("x", 1, 2, Height, Width)], ["y"], s_constants);
        Assert.Equal(new FieldAxis(size, stride, start), ReceptiveField.Infer(graph, "x")["y"][0]);
    }

    [Fact]
    public void Keras_order_is_followed()
    {
        var graph = GraphText.Parse("t = Transpose(x) perm=[0,3,1,2]\nc = Conv(t, w) strides=[2,1]\ny = Transpose(c) perm=[0,2,3,1]", [1, 9, 8, 2],
            ("w", Weights(4, 2, 3, 2)));
        var axes = ImageAxes.Of(graph, graph.Inputs[0]);
        Assert.Equal(ImageAxes.Nhwc, axes);
        Assert.Equal([new FieldAxis(3, 2, 0), new FieldAxis(2, 1, 0)], ReceptiveField.Infer(graph, "x", axes)["y"]);
        Assert.Equal((1, 2), ReceptiveField.Orders(graph, "x", axes)["y"]);
    }

    private static void AssertAxis(MlNetConvVis.Runtime.BoundRun run, long[] shape, int axis, FieldAxis field, int pixels, Func<int, int, int> along)
    {
        var units = axis < 0 ? 1 : shape[axis];
        var seen = Enumerable.Range(0, pixels).Select(pixel => Touched(run, shape, axis, (row, column) => along(row, column) == pixel)).ToArray();
        for (var u = 0; u < units; u++)
        {
            var on = Enumerable.Range(0, pixels).Where(p => seen[p].Contains(u)).ToArray();
            var (first, count) = field.Clamped(u, pixels);
            Assert.Equal(on.Length == 0 ? 0 : on[^1] - on[0] + 1, count);
            if (on.Length > 0) Assert.Equal(on[0], first);
            if (on.Length > 0)
            {
                Assert.True(field.Start + (u * field.Stride) <= on[0] && field.Start + (u * field.Stride) + field.Size > on[^1],
                    $"unit {u} sees {on[0]} to {on[^1]}, {field}");
            }
        }
    }

    /// <summary>The units along an axis that one row or column of the image reaches.</summary>
    private static HashSet<long> Touched(MlNetConvVis.Runtime.BoundRun run, long[] shape, int axis, Func<int, int, bool> chosen)
    {
        var x = run.Floats("x");
        for (var i = 0; i < x.Length; i++) x[i] = chosen(i / Width % Height, i % Width) ? float.NaN : 0.5f;
        run.Run(1);
        var y = run.Floats("y");
        var after = axis < 0 ? 1 : OnnxTensor.Product(shape.Skip(axis + 1));
        var touched = new HashSet<long>();
        for (var i = 0; i < y.Length; i++)
        {
            if (float.IsNaN(y[i])) touched.Add(axis < 0 ? 0 : i / after % shape[axis]);
        }

        return touched;
    }

    private static OnnxTensor Weights(params long[] dims) =>
        OnnxTensor.Of([.. Enumerable.Range(0, (int)OnnxTensor.Product(dims)).Select(static i => (((i * 7) % 11) - 5.5f) / 8)], dims);

    private static OnnxTensor Longs(params long[] values) => OnnxTensor.Of(values, values.Length);
}
