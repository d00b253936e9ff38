using MlNetConvVis.Data;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Graph.Training;

namespace MlNetConvVis.Tests.Training;

/// <summary>A training step pools before it rectifies; neither value nor gradient may tell.</summary>
public sealed class PoolFirstTests
{
    private const int Batch = 4;

    /// <summary>A second reader keeps the rectifier in its place; it adds nothing, so that both networks are the same function.</summary>
    [Fact]
    public void Step_is_the_same_to_the_bit()
    {
        var (swapped, kept) = (Step(secondReader: false), Step(secondReader: true));
        Assert.Equal("MaxPool", swapped.Graph.Nodes.First(static n => n.OpType is "Relu" or "MaxPool").OpType);
        Assert.Equal("Relu", kept.Graph.Nodes.First(static n => n.OpType is "Relu" or "MaxPool").OpType);
        var (a, b) = (Run(swapped), Run(kept));
        Assert.Equal(swapped.State.Select(static s => s.Name), kept.State.Select(static s => s.Name));
        TensorAssert.Close(b[kept.Loss].Floats, a[swapped.Loss].Floats, Tolerance.Exact);
        foreach (var (one, other) in swapped.State.Zip(kept.State))
        {
            Assert.Contains(a[one.Updated].Floats.ToArray(), static v => v != 0);
            TensorAssert.Close(b[other.Updated].Floats, a[one.Updated].Floats, Tolerance.Exact);
        }
    }

    [Fact]
    public void A_rectifier_that_is_asked_for_itself_stays_where_it_is()
    {
        var build = new GraphBuilder("both");
        var shape = TensorShape.Of(1, 2, 8, 8);
        var rectified = build.Relu(build.Input("x", ElementType.Float, shape));
        var pooled = build.Node("MaxPool", [rectified], OnnxAttributes.Of(("kernel_shape", new long[] { 2, 2 })), "pooled");
        var asked = new ValueInfo(rectified.Name, ElementType.Float, shape);
        Assert.Equal(["Relu", "MaxPool"], PoolFirst.Of(build.ToGraph(asked, new ValueInfo(pooled.Name, ElementType.Float, null))).Nodes.Select(static n => n.OpType));
        Assert.Equal(["MaxPool", "Relu"], PoolFirst.Of(build.ToGraph(new ValueInfo(pooled.Name, ElementType.Float, null))).Nodes.Select(static n => n.OpType));
    }

    private static TrainingStep Step(bool secondReader)
    {
        var random = new SplitMix64(9);
        var build = new GraphBuilder("pools");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(Batch, 2, 8, 8));
        var maps = build.Node("Conv", [x, build.Constant("w1", Drawn(3, 2, 3, 3)), build.Constant("b1", Drawn(3))],
            OnnxAttributes.Of(("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 })));
        var rectified = build.Relu(maps);
        var pooled = build.Node("MaxPool", [rectified], OnnxAttributes.Of(
            ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 0, 1, 1 })));
        if (secondReader) pooled = build.Add(pooled, build.Mul(build.ReduceMean(rectified, [2, 3], keep: true), build.Scalar(0)));
        var logits = build.Node("Gemm", [build.Node("Flatten", [pooled]), build.Constant("w2", Drawn(3 * 4 * 4, 5))], name: "logits");
        return TrainingGraph.Of(build.ToGraph(new ValueInfo(logits.Name, ElementType.Float, TensorShape.Of(Batch, 5))), new SgdOptions());

        OnnxTensor Drawn(params long[] shape) => OnnxTensor.Of(Numbers(random, OnnxTensor.Product(shape)), shape);
    }

    /// <summary>Few different numbers, so that windows have ties, and whole windows below zero.</summary>
    private static float[] Numbers(SplitMix64 random, long count) => [.. Enumerable.Range(0, (int)count).Select(_ => ((long)(random.Next() % 5) - 2.5f) / 2)];

    private static Dictionary<string, OnnxTensor> Run(TrainingStep step)
    {
        var feeds = step.State.ToDictionary(static s => s.Name, static s => s.Initial);
        feeds[step.Images] = OnnxTensor.Of(Numbers(new SplitMix64(3), Batch * 2 * 8 * 8), Batch, 2, 8, 8);
        feeds[step.Labels] = OnnxTensor.Of([0L, 4, 2, 1], Batch);
        feeds[step.LearningRate] = OnnxTensor.Of([0.1f]);
        return GraphRun.Of(step.Graph, feeds);
    }
}
