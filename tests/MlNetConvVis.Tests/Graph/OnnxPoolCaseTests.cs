using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Passes;
using MlNetConvVis.Graph.Reversal;

namespace MlNetConvVis.Tests.Graph;

/// <summary>MaxPool's values and indices as the ONNX operator tests state them.</summary>
public class OnnxPoolCaseTests
{
    [Fact]
    public void Wide_windows_over_padding()
    {
        var (values, indices) = Pooled("y, i = MaxPool(x) kernel_shape=[5,5] pads=[2,2,2,2]", 5);
        Assert.Equal([13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25], values);
        Assert.Equal([12, 13, 14, 14, 14, 17, 18, 19, 19, 19, 22, 23, 24, 24, 24, 22, 23, 24, 24, 24, 22, 23, 24, 24, 24], indices);
    }

    [Fact]
    public void Indices_counted_column_by_column()
    {
        var (values, indices) = Pooled("y, i = MaxPool(x) kernel_shape=[2,2] strides=[2,2] storage_order=1", 5);
        Assert.Equal([7, 9, 17, 19], values);
        Assert.Equal([6, 16, 8, 18], indices);
    }

    [Fact]
    public void Indices_counted_column_by_column_are_not_undone()
    {
        var forward = Graph("y, i = MaxPool(x) kernel_shape=[2,2] strides=[2,2] storage_order=1", 5);
        var error = Assert.Throws<GraphException>(() => GraphRun.Reverse(forward, "y", ["x"], ReversalRules.Paper));
        Assert.Contains("storage_order", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ceil_mode_reaches_over_the_edge()
    {
        var (values, indices) = Pooled("y, i = MaxPool(x) kernel_shape=[3,3] strides=[2,2] ceil_mode=1", 4);
        Assert.Equal([11, 12, 15, 16], values);
        Assert.Equal([10, 11, 14, 15], indices);
    }

    /// <summary>ONNX Runtime alone would keep a window that starts in the end padding; PyTorch and ONNX drop it.</summary>
    [Fact]
    public void Ceil_mode_drops_a_window_that_would_start_in_the_end_padding()
    {
        var (values, _) = Pooled("y, i = MaxPool(x) kernel_shape=[2,2] strides=[3,3] pads=[1,1,1,1] ceil_mode=1", 5);
        Assert.Equal([1, 4, 16, 19], values);
    }

    [Fact]
    public void Canonical_form_has_no_ceil_mode_but_where_padding_is_counted()
    {
        var nodes = CeilingPools(16);
        Assert.Equal([false, false, true], nodes.Select(static n => n.Attributes.Has("ceil_mode")));
        Assert.Equal([0, 0, 1, 1], nodes[0].Attributes.Ints("pads")!);
    }

    [Fact]
    public void Canonical_form_has_no_ceil_mode_that_adds_no_window() =>
        Assert.Equal([false, false, false], CeilingPools(12).Select(static n => n.Attributes.Has("ceil_mode")));

    private static IReadOnlyList<OnnxNode> CeilingPools(int size) => CanonicalForm.Of(GraphText.Parse("""
        a = MaxPool(x) kernel_shape=[3,3] strides=[2,2] ceil_mode=1
        b = AveragePool(a) kernel_shape=[2,2] strides=[2,2] ceil_mode=1
        y = AveragePool(b) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] ceil_mode=1 count_include_pad=1
        """, [1, 1, size, size])).Nodes;

    private static OnnxGraph Graph(string node, int size) => GraphText.Parse([node], [GraphText.Float("x", 1, 1, size, size)], ["y", "i"]);

    private static (float[] Values, long[] Indices) Pooled(string node, int size)
    {
        var x = OnnxTensor.Of(Enumerable.Range(1, size * size).Select(static v => (float)v).ToArray(), 1, 1, size, size);
        var all = GraphRun.Of(CanonicalForm.Of(Graph(node, size)), new Dictionary<string, OnnxTensor> { ["x"] = x });
        return (all["y"].Floats.ToArray(), all["i"].Longs.ToArray());
    }
}
