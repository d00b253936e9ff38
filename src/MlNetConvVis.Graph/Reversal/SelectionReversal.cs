using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses operators that pass on the largest or smallest of several elements, or that add them up.</summary>
internal static class SelectionReversal
{
    /// <summary>Max and Min of several values: the signal goes to the one that won; where several are equal, each gets an equal share, as in PyTorch.</summary>
    public static Value Winner(ReversalStep s, int index)
    {
        Value Won(int i) => s.Build.Cast(s.Build.Node("Equal", [s.Input(i), s.Output(0)]), ElementType.Float);
        if (s.Node.Inputs.Count == 1) return s.Signal;
        var winners = Enumerable.Range(0, s.Node.Inputs.Count).Select(Won).Aggregate(s.Build.Add);
        return s.SummedLikeInput(s.Build.Div(s.Build.Mul(s.Signal, Won(index)), winners), index);
    }

    /// <summary>Where: the signal goes to the branch that was taken.</summary>
    public static Value Branch(ReversalStep s, bool taken)
    {
        var (kept, other) = (s.Signal, s.Build.Scalar(0));
        return s.SummedLikeInput(s.Build.Node("Where", [s.Input(0), taken ? kept : other, taken ? other : kept]), taken ? 1 : 2);
    }

    /// <summary>The signal goes to the largest element of each channel, the first in row-major order.</summary>
    public static Value GlobalMaxPool(ReversalStep s) => ToFirst(s, [.. Enumerable.Range(2, s.InputShape(0).Rank - 2)]);

    /// <summary>ReduceMax and ReduceMin: the signal goes to the largest or smallest element, the first in row-major order.</summary>
    public static Value Reduced(ReversalStep s) => ToFirst(s, Axes(s));

    /// <summary>Every element that was added gets the signal.</summary>
    public static Value ReduceSum(ReversalStep s) =>
        s.Build.Node("Expand", [s.Build.Reshape(s.Signal, Kept(s, Axes(s)).ForReshape()), s.Build.Node("Shape", [s.Input(0)])]);

    /// <summary>
    /// The elements equal to the result are counted along the reduced axes, which are brought to the end and made one; the first of them gets the signal.
    /// No device decides ties here.
    /// </summary>
    private static Value ToFirst(ReversalStep s, int[] axes)
    {
        var (build, input) = (s.Build, s.InputShape(0));
        if (axes.Length == 0) return s.Signal;
        var kept = Kept(s, axes).ForReshape();
        var equal = build.Cast(build.Node("Equal", [s.Input(0), build.Reshape(s.Output(0), kept)]), ElementType.Float);
        long[] order = [.. Enumerable.Range(0, input.Rank).Except(axes).Concat(axes.Order()).Select(static a => (long)a)];
        var moved = new TensorShape(order.Select(axis => input[(int)axis]));
        var count = OnnxTensor.Product(axes.Select(input.Known));
        var rows = build.Reshape(build.Transpose(equal, order), -1, count);
        var running = build.Node("CumSum", [rows, build.Shared(OnnxTensor.Of([1L]))]);
        var first = build.Mul(rows, build.Cast(build.Node("Equal", [running, build.Scalar(1)]), ElementType.Float));
        long[] back = [.. Enumerable.Range(0, input.Rank).Select(axis => (long)Array.IndexOf(order, (long)axis))];
        var mask = build.Transpose(build.Reshape(first, moved.ForReshape()), back);
        return build.Mul(mask, build.Reshape(s.Signal, kept));
    }

    private static int[] Axes(ReversalStep s)
    {
        var rank = s.InputShape(0).Rank;
        var stated = s.Node.Input(1) is not null ? CutReversal.Longs(s, 1) : s.Node.Attributes.Ints("axes");
        return LayoutShapes.ReducedAxes(s.Node, rank, stated?.Select(a => NodeConstants.Axis(s.Node, a, rank)).ToArray());
    }

    /// <summary>The input's shape with 1 for each reduced axis.</summary>
    private static TensorShape Kept(ReversalStep s, int[] axes) => new(s.InputShape(0).Dims.Select((dim, axis) => axes.Contains(axis) ? 1 : dim));
}
