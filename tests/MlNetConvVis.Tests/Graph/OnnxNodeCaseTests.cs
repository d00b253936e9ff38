using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;

namespace MlNetConvVis.Tests.Graph;

/// <summary>
/// Inputs and results as the ONNX operator tests state them (onnx/backend/test/case/node, Apache-2.0; the name of each stands first), for windows, padding and
/// counting: run in their own operator set, brought to the written one. Images count up from 0 (convolutions, all weights one) or from 1 (pools).
/// </summary>
public class OnnxNodeCaseTests
{
    private const int Opset = 22;

    [Theory]
    [InlineData("basic_conv_with_padding", "kernel_shape=[3,3] pads=[1,1,1,1]", 5, 5,
        new float[] { 12, 21, 27, 33, 24, 33, 54, 63, 72, 51, 63, 99, 108, 117, 81, 93, 144, 153, 162, 111, 72, 111, 117, 123, 84 })]
    [InlineData("basic_conv_without_padding", "kernel_shape=[3,3] pads=[0,0,0,0]", 5, 5, new float[] { 54, 63, 72, 99, 108, 117, 144, 153, 162 })]
    [InlineData("conv_with_autopad_same", "auto_pad=SAME_LOWER kernel_shape=[3,3] strides=[2,2]", 5, 5, new float[] { 12, 27, 24, 63, 108, 81, 72, 117, 84 })]
    [InlineData("conv_with_strides_and_asymmetric_padding", "kernel_shape=[3,3] pads=[1,0,1,0] strides=[2,2]", 7, 5,
        new float[] { 21, 33, 99, 117, 189, 207, 171, 183 })]
    [InlineData("conv_with_strides_no_padding", "kernel_shape=[3,3] pads=[0,0,0,0] strides=[2,2]", 7, 5, new float[] { 54, 72, 144, 162, 234, 252 })]
    [InlineData("conv_with_strides_padding", "kernel_shape=[3,3] pads=[1,1,1,1] strides=[2,2]", 7, 5,
        new float[] { 12, 27, 24, 63, 108, 81, 123, 198, 141, 112, 177, 124 })]
    public void Convolutions(string name, string attributes, int height, int width, float[] expected)
    {
        var weights = new Dictionary<string, OnnxTensor> { ["W"] = OnnxTensor.Of(Enumerable.Repeat(1f, 9).ToArray(), 1, 1, 3, 3) };
        AssertGives(name, $"y = Conv(x, W) {attributes}", Counting(0, height, width), weights, expected);
    }

    [Theory]
    [InlineData("averagepool_2d_ceil", "AveragePool", "ceil_mode=1 kernel_shape=[3,3] strides=[2,2]", 4, new[] { 6, 7.5f, 12, 13.5f })]
    [InlineData("averagepool_2d_precomputed_pads", "AveragePool", "kernel_shape=[5,5] pads=[2,2,2,2]", 5,
        new[] { 7, 7.5f, 8, 8.5f, 9, 9.5f, 10, 10.5f, 11, 11.5f, 12, 12.5f, 13, 13.5f, 14, 14.5f, 15, 15.5f, 16, 16.5f, 17, 17.5f, 18, 18.5f, 19 })]
    [InlineData("averagepool_2d_precomputed_pads_count_include_pad", "AveragePool", "count_include_pad=1 kernel_shape=[5,5] pads=[2,2,2,2]", 5,
        new[] { 2.52f, 3.6f, 4.8f, 4.08f, 3.24f, 4.56f, 6.4f, 8.4f, 7.04f, 5.52f, 7.2f, 10, 13, 10.8f, 8.4f, 6.96f, 9.6f, 12.4f, 10.24f, 7.92f, 6.12f, 8.4f,
            10.8f, 8.88f, 6.84f })]
    [InlineData("averagepool_2d_precomputed_same_upper", "AveragePool", "auto_pad=SAME_UPPER kernel_shape=[3,3] strides=[2,2]", 5,
        new[] { 4, 5.5f, 7, 11.5f, 13, 14.5f, 19, 20.5f, 22 })]
    [InlineData("averagepool_2d_precomputed_strides", "AveragePool", "kernel_shape=[2,2] strides=[2,2]", 5, new float[] { 4, 6, 14, 16 })]
    [InlineData("globalaveragepool_precomputed", "GlobalAveragePool", "", 3, new float[] { 5 })]
    [InlineData("globalmaxpool_precomputed", "GlobalMaxPool", "", 3, new float[] { 9 })]
    [InlineData("maxpool_2d_ceil_output_size_reduce_by_one", "MaxPool", "ceil_mode=1 kernel_shape=[1,1] strides=[2,2]", 2, new float[] { 1 })]
    [InlineData("maxpool_2d_dilations", "MaxPool", "dilations=[2,2] kernel_shape=[2,2] strides=[1,1]", 4, new float[] { 11, 12, 15, 16 })]
    [InlineData("maxpool_2d_precomputed_same_upper", "MaxPool", "auto_pad=SAME_UPPER kernel_shape=[3,3] strides=[2,2]", 5,
        new float[] { 7, 9, 10, 17, 19, 20, 22, 24, 25 })]
    [InlineData("maxpool_2d_precomputed_strides", "MaxPool", "kernel_shape=[2,2] strides=[2,2]", 5, new float[] { 7, 9, 17, 19 })]
    public void Pools(string name, string op, string attributes, int size, float[] expected) =>
        AssertGives(name, $"y = {op}(x) {attributes}".Trim(), Counting(1, size, size), [], expected);

    [Fact]
    public void A_last_window_that_would_start_in_the_padding_is_dropped_and_padding_counted() => AssertGives(
        "averagepool_2d_ceil_last_window_starts_on_pad",
        "y = AveragePool(x) ceil_mode=1 count_include_pad=1 kernel_shape=[3,3] pads=[1,1,1,1] strides=[3,3]",
        OnnxTensor.Of([0.8580f, 0.0786f, 0.2692f, 0.1537f, 0.8816f, 0.4353f, 0.5772f, 0.6623f, 0.9067f, 0.9483f, 0.5970f, 0.7630f], 1, 3, 2, 2),
        [],
        [1.3595f / 9, 2.5564f / 9, 3.2150f / 9]);      // ONNX prints four digits of these: 0.1511, 0.2841, 0.3572

    private static OnnxTensor Counting(int first, int height, int width) =>
        OnnxTensor.Of([.. Enumerable.Range(first, height * width).Select(static v => (float)v)], 1, 1, height, width);

    private static void AssertGives(string name, string node, OnnxTensor x, Dictionary<string, OnnxTensor> weights, float[] expected)
    {
        var graph = GraphText.Parse([node], [GraphText.Float("x", [.. x.Dims])], ["y"], weights, Opset);
        var actual = GraphRun.Of(CanonicalForm.Of(graph), x).Floats;
        Assert.True(expected.Length == actual.Length, $"{name}: {expected.Length} values were wanted, {actual.Length} came");
        TensorAssert.Close(expected, actual, Tolerance.Float32);
    }
}
