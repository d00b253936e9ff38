using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>
/// One operator at a time: the gradient preset beside central differences. The input's values lie half a unit apart and a quarter away from zero, so that no
/// step of an eighth crosses a kink or changes a winner.
/// </summary>
public class OperatorGradientTests
{
    private static readonly Dictionary<string, OnnxTensor> s_constants = new()
    {
        ["slope"] = Floats([0.25f, -0.5f, 0.75f], 3, 1, 1), ["one_slope"] = Floats([0.125f]), ["twenty"] = Floats([20]), ["cube"] = Floats([3]),
        ["powers"] = Floats([2, 3, 1.5f], 3, 1, 1),
        ["other"] = Floats([.. Enumerable.Range(0, 24).Select(static i => (((i * 11) % 24) - 12) / 2f)], 1, 3, 2, 4), ["row"] = Floats([0, 1, -1, 2], 4),
        ["axes_hw"] = Longs(2, 3), ["axis_c"] = Longs(1), ["axes_ch"] = Longs(1, 2),
        ["pads"] = Longs(0, 0, 1, 2, 0, 0, 0, 1), ["pads_mixed"] = Longs(0, 0, -1, 1, 0, 1, 2, -1), ["pads_hw"] = Longs(1, 0, 1, 2),
        ["pads_big"] = Longs(0, 0, 1, 3, 0, 0, 1, 2),
        ["starts"] = Longs(1, -1), ["ends"] = Longs(3, -100), ["cut_axes"] = Longs(1, 3), ["steps"] = Longs(1, -2),
        ["starts2"] = Longs(0), ["ends2"] = Longs(long.MaxValue), ["axis_w"] = Longs(3), ["two"] = Longs(2),
        ["parts"] = Longs(1, 3), ["shuffle"] = Longs(2, 0, 1), ["twice"] = Longs(0, 2, 0), ["missing"] = Longs(2, -3),
        ["grid"] = OnnxTensor.Of([0L, 1, 2, 0], 2, 2), ["which"] = OnnxTensor.Of([1L]),
        ["wide"] = Longs(2, 3, 2, 4), ["five"] = Longs(1, 5, 3, 2, 4),
        ["doubled"] = Floats([1, 1, 2, 3], 4), ["odd"] = Floats([1, 1, 1.5f, 0.5f], 4), ["sizes"] = Longs(1, 3, 5, 7), ["sizes_hw"] = Longs(4, 8),
        ["wt"] = Floats([.. Enumerable.Range(0, 36).Select(static i => (((i * 7) % 17) - 8) / 8f)], 3, 2, 2, 3),
        ["wg"] = Floats([.. Enumerable.Range(0, 27).Select(static i => (((i * 5) % 13) - 6) / 8f)], 3, 1, 3, 3),
        ["scale"] = Floats([1, 2, -1], 3), ["shift"] = Floats([0, 1, 2], 3), ["taken"] = OnnxTensor.FromBytes(ElementType.Bool, [4], [1, 0, 0, 1]),
        ["matrix"] = Floats([.. Enumerable.Range(0, 8).Select(static i => (i - 3) / 4f)], 4, 2),
        ["left"] = Floats([.. Enumerable.Range(0, 6).Select(static i => (i - 2) / 4f)], 3, 2),
        ["stack"] = Floats([.. Enumerable.Range(0, 24).Select(static i => (i - 9) / 8f)], 3, 4, 2),
    };

    /// <summary>The input is [1,3,2,4]; the last line makes the output.</summary>
    public static TheoryData<string> Smooth =>
    [
        "y = PRelu(x, slope)", "y = PRelu(x, one_slope)", "y = Elu(x) alpha=0.5", "y = Elu(x)", "y = Selu(x)", "y = Selu(x) alpha=1.5 gamma=0.75",
        "y = Celu(x) alpha=0.5",
        "y = ThresholdedRelu(x) alpha=1.0", "y = ThresholdedRelu(x) alpha=0.5", "y = Tanh(x)", "y = HardSigmoid(x)", "y = HardSigmoid(x) alpha=0.25 beta=0.5",
        "y = HardSwish(x)",
        "y = Softplus(x)", "y = Softsign(x)", "y = Erf(x)", "y = Exp(x)", "a = Add(x, twenty)\ny = Log(a)", "a = Add(x, twenty)\ny = Sqrt(a)", "y = Abs(x)",
        "a = Add(x, twenty)\ny = Reciprocal(a)", "y = Neg(x)", "y = LogSoftmax(x) axis=1", "y = LogSoftmax(x)", "y = Pow(x, cube)",
        "a = Add(x, twenty)\ny = Pow(a, powers)",
        "y = Mean(x, other, row)", "n = Neg(x)\ny = Max(x, other, n)", "y = Min(x, other)", "y = Max(x, other)", "y = Max(x)",
        "n = Neg(x)\ny = Where(taken, x, n)", "y = Where(taken, x, one_slope)",
        "y = GlobalMaxPool(x)", "y = ReduceMax(x, axes_hw) keepdims=0", "y = ReduceMax(x, axis_c)", "y = ReduceMax(x)", "y = ReduceMin(x, axes_ch)",
        "y = ReduceSum(x, axes_hw)", "y = ReduceSum(x, axis_c) keepdims=0",
        "y = ReduceSum(x)", "y = Pad(x, pads)", "y = Pad(x, pads_mixed)", "y = Pad(x, pads) mode=edge", "y = Pad(x, pads_big) mode=reflect",
        "y = Pad(x, pads_hw, , axes_hw)",
        "y = Slice(x, starts, ends, cut_axes, steps)", "y = Slice(x, starts2, ends2, axis_w, two)", "y = Slice(x, axis_c, two, axis_c)",
        "a, y = Split(x, parts) axis=3", "a, b, c = Split(x) axis=1 num_outputs=3\ny = Add(a, c)",
        "y = Gather(x, shuffle) axis=1", "y = Gather(x, twice) axis=1", "y = Gather(x, missing) axis=3", "y = Gather(x, grid) axis=1",
        "y = Gather(x, which) axis=-2", "y = Expand(x, wide)", "y = Expand(x, five)",
        "y = Resize(x, , doubled)", "y = Resize(x, , doubled) coordinate_transformation_mode=asymmetric nearest_mode=floor",
        "y = Resize(x, , odd) coordinate_transformation_mode=asymmetric nearest_mode=floor",
        "y = Resize(x, , doubled) mode=linear", "y = Resize(x, , doubled) mode=linear coordinate_transformation_mode=align_corners",
        "y = Resize(x, , , sizes) mode=linear coordinate_transformation_mode=pytorch_half_pixel",
        "y = Resize(x, , , sizes) nearest_mode=ceil", "y = Resize(x, , , sizes_hw) axes=[2,3] coordinate_transformation_mode=asymmetric mode=linear",
        "p = Pad(x, pads_hw, , axes_hw)\nt = Transpose(x) perm=[0,3,1,2]\ny = DepthToSpace(t) blocksize=2",
        "t = Transpose(x) perm=[0,3,1,2]\ny = DepthToSpace(t) blocksize=2 mode=CRD", "y = SpaceToDepth(x) blocksize=2", "y = Cast(x) to=1",
        "y = ConvTranspose(x, wt) kernel_shape=[2,3] strides=[2,1] pads=[0,1,1,0] output_padding=[1,0]",
        "y = ConvTranspose(x, wg) kernel_shape=[3,3] strides=[1,2] dilations=[1,2] group=3",
        "y = ConvTranspose(x, wt) kernel_shape=[2,3] strides=[2,2] auto_pad=SAME_UPPER",
        "y = ConvTranspose(x, wt) kernel_shape=[2,3] strides=[2,2] output_shape=[3,8]",
        "y = InstanceNormalization(x, scale, shift) epsilon=0.5", "y = MatMul(x, matrix)", "y = MatMul(left, x)",
        "s = Squeeze(x, starts2)\ny = MatMul(s, stack)", "a = Slice(x, axis_c, two, axis_c)\ny = MatMul(a, stack)",
    ];

    /// <summary>Gets the operators that some line holds.</summary>
    public static IEnumerable<string> Operators =>
        Smooth.SelectMany(static row => row.Data.Split('\n')).Select(static line => GraphText.Node(line).OpType).Distinct();

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Gradient_agrees_with_central_differences(string text)
    {
        var forward = Network(text, 1);
        var shape = ShapeInference.Infer(forward)["y"];
        var random = new Random(0x5EED);
        var x = SpacedApart(24, random);
        var seed = Enumerable.Range(0, (int)OnnxTensor.Product(shape.Dims.Select(static d => d.Size))).Select(_ => (2 * random.NextSingle()) - 1).ToArray();
        var actual = GraphRun.Reverse(
            forward, OnnxTensor.Of(x, 1, 3, 2, 4), OnnxTensor.Of(seed, [.. shape.Dims.Select(static d => d.Size)]), ReversalRules.Gradient);
        var (wide, narrow) = (Differences(forward, x, seed, 1f / 8), Differences(forward, x, seed, 1f / 16));
        TensorAssert.Close([.. wide.Zip(narrow, static (w, n) => (float)(((4 * n) - w) / 3))], actual, new Tolerance(4e-3f, 4e-3f));
        Assert.Contains(actual, static g => Math.Abs(g) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Smooth))]
    public void Inferred_shape_is_that_of_the_runtime(string text)
    {
        var forward = Network(text, 1);
        var shape = ShapeInference.Infer(forward)["y"];
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(MlNetConvVis.Onnx.OnnxFile.ToBytes(forward));
        Assert.Equal(shape.Dims.Select(static d => (int)d.Size), session.OutputMetadata["y"].Dimensions);
    }

    /// <summary>The reverse pass of a free batch runs for two images at a time and gives each the same as alone.</summary>
    [Theory]
    [MemberData(nameof(Smooth))]
    public void Reverse_pass_takes_a_free_batch(string text)
    {
        if (text.Contains("wide", StringComparison.Ordinal) || text.Contains("sizes)", StringComparison.Ordinal)
            || text.Contains("five", StringComparison.Ordinal) || text.Contains("Squeeze", StringComparison.Ordinal)
            || text.Contains("ReduceMax(x)", StringComparison.Ordinal) || text.Contains("ReduceSum(x)", StringComparison.Ordinal))
        {
            return;      // these mix the batch with other axes
        }

        var (one, free) = (Network(text, 1), Network(text, -1));
        var shape = ShapeInference.Infer(one)["y"].Dims.Select(static d => d.Size).ToArray();
        var random = new Random(0xF00D);
        var (x, count) = (SpacedApart(48, random), (int)OnnxTensor.Product(shape));
        var seed = Enumerable.Range(0, 2 * count).Select(_ => (2 * random.NextSingle()) - 1).ToArray();
        var both = GraphRun.Reverse(free, OnnxTensor.Of(x, 2, 3, 2, 4), OnnxTensor.Of(seed, [2, .. shape[1..]]), ReversalRules.Gradient);
        float[] each = [.. Enumerable.Range(0, 2).SelectMany(i => GraphRun.Reverse(
            one, OnnxTensor.Of(x.AsSpan(24 * i, 24), 1, 3, 2, 4), OnnxTensor.Of(seed.AsSpan(count * i, count), shape), ReversalRules.Gradient))];
        TensorAssert.Close(each, both, Tolerance.Float32);
    }

    /// <summary>Ties go to the first in row-major order.</summary>
    [Theory]
    [InlineData("y = GlobalMaxPool(x)", 1f, 0f, 0f, 0f, 0f, 0f, 1f, 0f)]
    [InlineData("y = ReduceMax(x, axes_hw)", 1f, 0f, 0f, 0f, 0f, 0f, 1f, 0f)]
    [InlineData("n = Neg(x)\ny = ReduceMin(n, axes_hw)", -1f, 0f, 0f, 0f, 0f, 0f, -1f, 0f)]
    public void Ties_go_to_the_first(string text, params float[] expected)
    {
        var forward = GraphText.Parse(text, [1, 2, 2, 2], ("axes_hw", Longs(2, 3)));
        TensorAssert.Close(expected, GraphRun.Reverse(forward, OnnxTensor.Of([5f, 5, 5, 5, 1, 2, 3, 3], 1, 2, 2, 2), OnnxTensor.Of([1f, 1], 1, 2, 1, 1),
            ReversalRules.Gradient), Tolerance.Exact);
    }

    /// <summary>PyTorch gives each of several equal winners an equal share.</summary>
    [Fact]
    public void Equal_winners_share()
    {
        var forward = GraphText.Parse("n = Neg(x)\ny = Max(x, n)", [1, 3]);
        TensorAssert.Close([0, 1, -1], GraphRun.Reverse(forward, OnnxTensor.Of([0f, 2, -2], 1, 3), OnnxTensor.Of([1f, 1, 1], 1, 3), ReversalRules.Gradient),
            Tolerance.Exact);
    }

    /// <summary>What bends at zero is a rectifier: the paper's rule rectifies the signal, guided also asks for a positive input.</summary>
    [Theory]
    [InlineData("y = Relu(x)")]
    [InlineData("y = LeakyRelu(x) alpha=0.5")]
    [InlineData("y = PRelu(x, one_slope)")]
    [InlineData("y = Elu(x)")]
    [InlineData("y = Selu(x)")]
    [InlineData("y = Celu(x)")]
    [InlineData("y = ThresholdedRelu(x) alpha=0.0")]
    public void Rectifiers_are_treated_alike(string text)
    {
        var forward = GraphText.Parse(text, [1, 4], ("one_slope", Floats([0.125f])));
        var (x, seed) = (OnnxTensor.Of([1f, 2, -1, -2], 1, 4), OnnxTensor.Of([3f, -3, 3, -3], 1, 4));
        TensorAssert.Close([3, 0, 3, 0], GraphRun.Reverse(forward, x, seed, ReversalRules.Paper), Tolerance.Exact);
        TensorAssert.Close([3, 0, 0, 0], GraphRun.Reverse(forward, x, seed, ReversalRules.Guided), Tolerance.Exact);
    }

    private static OnnxGraph Network(string text, long batch)
    {
        var lines = text.Split('\n');
        var graph = GraphText.Parse(lines, [GraphText.Float("x", batch, 3, 2, 4)], ["y"], s_constants);
        return CanonicalForm.Of(graph.WithoutUnused());
    }

    private static double[] Differences(OnnxGraph forward, float[] x, float[] seed, float step)
    {
        using var session = new MlNetConvVis.Runtime.GraphSession(forward, GraphRun.Settings);
        using var run = session.Bind(1);
        return [.. Enumerable.Range(0, x.Length).Select(e => (At(e, step) - At(e, -step)) / (2 * step))];

        double At(int element, float moved)
        {
            x.CopyTo(run.Floats("x"));
            run.Floats("x")[element] += moved;
            run.Run(1);
            return run.Floats("y").ToArray().Zip(seed, static (a, b) => (double)a * b).Sum();
        }
    }

    /// <summary>±0.25, ±0.75, … in random order.</summary>
    private static float[] SpacedApart(int count, Random random)
    {
        var values = Enumerable.Range(0, count).Select(i => (i - ((count - 1) / 2f)) / 2).ToArray();
        random.Shuffle(values);
        return values;
    }

    private static OnnxTensor Floats(float[] values, params long[] dims) => OnnxTensor.Of(values, dims);

    private static OnnxTensor Longs(params long[] values) => OnnxTensor.Of(values, values.Length);
}
