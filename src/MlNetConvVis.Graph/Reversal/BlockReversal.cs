using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses operators that repeat, mix or rearrange blocks of places.</summary>
internal static class BlockReversal
{
    /// <summary>
    /// Each output element is a weighted sum of input elements along each axis; the signal goes back with the same weights. Elements that were repeated
    /// evenly are summed block by block.
    /// </summary>
    public static Value Resize(ReversalStep s)
    {
        var input = s.InputShape(0);
        var map = ResizeGeometry.Of(s.Node, input, i => Floats(s, i), i => CutReversal.Longs(s, i));
        if (map.Mode is not ("nearest" or "linear"))
        {
            throw new GraphException(
                $"Resize node '{s.Node.Label}' has mode '{map.Mode}'; nearest and linear can be reversed. Choose a layer before this node.");
        }

        var (signal, shape) = (s.Signal, s.OutputShape());
        for (var axis = 0; axis < input.Rank; axis++)
        {
            if (map.Axes[axis] is not { } resized) continue;
            signal = map.Factor(resized) is { } factor
                ? Summed(s.Build, signal, shape, axis, factor)
                : AxisReversal.Weighted(s.Build, signal, axis, input.Rank, Weights(map, resized));
            shape = shape.With(axis, input[axis]);
        }

        return signal;
    }

    /// <summary>DepthToSpace with mode DCR is undone by SpaceToDepth; with CRD the order of block and channel differs.</summary>
    public static Value DepthToSpace(ReversalStep s)
    {
        var block = s.Node.Attributes.Int("blocksize", 1);
        if (s.Node.Attributes.Text("mode", "DCR") == "DCR") return s.Build.Node("SpaceToDepth", [s.Signal], OnnxAttributes.Of(("blocksize", block)));
        var (output, build) = (s.OutputShape(), s.Build);
        var split = build.Reshape(s.Signal, -1, output.Known(1), output.Known(2) / block, block, output.Known(3) / block, block);
        return s.ReshapedLikeInput(build.Transpose(split, 0, 1, 3, 5, 2, 4), 0);
    }

    /// <summary>Undone by DepthToSpace with mode DCR.</summary>
    public static Value SpaceToDepth(ReversalStep s) =>
        s.Build.Node("DepthToSpace", [s.Signal], OnnxAttributes.Of(("blocksize", s.Node.Attributes.Int("blocksize", 1)), ("mode", "DCR")));

    /// <summary>Adds up runs of some length along an axis.</summary>
    private static Value Summed(GraphBuilder build, Value signal, TensorShape shape, int axis, long run)
    {
        var split = shape.ForReshape().ToList();
        split[axis] /= run;
        split.Insert(axis + 1, run);
        return build.ReduceSum(build.Reshape(signal, [.. split]), [axis + 1], keep: false);
    }

    private static OnnxTensor Weights(ResizeGeometry map, ResizedAxis axis)
    {
        var weights = new float[checked(axis.Output * axis.Input)];
        for (var place = 0L; place < axis.Output; place++)
        {
            foreach (var (source, weight) in map.Sources(axis, place)) weights[(place * axis.Input) + source] += weight;
        }

        return OnnxTensor.Of(weights, axis.Output, axis.Input);
    }

    private static float[] Floats(ReversalStep s, int index) => s.Build.ConstantOf(s.Input(index)) is { } tensor ? tensor.Floats.ToArray()
        : throw new GraphException(
            $"Resize node '{s.Node.Label}' computes its scales while the network runs; constants are wanted. Choose a layer before this node.");
}
