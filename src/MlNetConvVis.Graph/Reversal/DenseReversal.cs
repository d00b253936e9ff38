namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses fully connected layers: Gemm, y = alpha * A * B + beta * C, and MatMul.</summary>
internal static class DenseReversal
{
    /// <summary>dA = alpha * g * B^T.</summary>
    public static Value GemmToInput(ReversalStep s)
    {
        RefuseTransposedInput(s);
        return s.Build.Node("Gemm", [s.Signal, s.Input(1)],
            OnnxAttributes.Of(("transB", 1 - s.Node.Attributes.Int("transB", 0)), ("alpha", s.Node.Attributes.Float("alpha", 1))));
    }

    /// <summary>dB = alpha * A^T * g, or its transpose where B stands transposed.</summary>
    public static Value GemmToWeights(ReversalStep s)
    {
        RefuseTransposedInput(s);
        var (left, right) = s.Node.Attributes.Int("transB", 0) == 1 ? (s.Signal, s.Input(0)) : (s.Input(0), s.Signal);
        return s.Build.Node("Gemm", [left, right], OnnxAttributes.Of(("transA", 1L), ("alpha", s.Node.Attributes.Float("alpha", 1))));
    }

    /// <summary>dC = beta * g, summed where C was broadcast.</summary>
    public static Value GemmToBias(ReversalStep s)
    {
        var sum = s.SummedLikeInput(s.Signal, 2);
        return s.Node.Attributes.Float("beta", 1) is var beta && beta == 1 ? sum : s.Build.Mul(sum, s.Build.Scalar(beta));
    }

    /// <summary>dA = g * B^T, summed over the stack where A was broadcast.</summary>
    public static Value MatMulToInput(ReversalStep s)
    {
        RefuseVectors(s);
        return SummedOverStack(s, s.Build.MatMul(s.Signal, LastTwoSwapped(s, 1)), 0);
    }

    /// <summary>dB = A^T * g, summed over the stack where B was broadcast.</summary>
    public static Value MatMulToWeights(ReversalStep s)
    {
        RefuseVectors(s);
        return SummedOverStack(s, s.Build.MatMul(LastTwoSwapped(s, 0), s.Signal), 1);
    }

    private static Value SummedOverStack(ReversalStep s, Value product, int index)
    {
        var (to, stack) = (s.InputShape(index), s.OutputShape());
        var lead = stack.Rank - to.Rank;
        long[] axes = [.. Enumerable.Range(0, stack.Rank - 2).Where(axis => axis < lead || (to[axis - lead] == 1 && stack[axis] != 1))
            .Select(static a => (long)a)];
        return axes.Length == 0 ? product : s.ReshapedLikeInput(s.Build.ReduceSum(product, axes, keep: true), index);
    }

    private static Value LastTwoSwapped(ReversalStep s, int index)
    {
        var rank = s.InputShape(index).Rank;
        return s.Build.Transpose(s.Input(index), [.. Enumerable.Range(0, rank - 2).Select(static a => (long)a), rank - 1, rank - 2]);
    }

    private static void RefuseVectors(ReversalStep s)
    {
        var (a, b) = (s.InputShape(0), s.InputShape(1));
        if (a.Rank < 2 || b.Rank < 2)
        {
            throw new GraphException(
                $"MatMul node '{s.Node.Label}' multiplies {a} with {b}; the rule knows matrices and stacks of matrices. Choose a layer before this node.");
        }
    }

    private static void RefuseTransposedInput(ReversalStep s)
    {
        if (s.Node.Attributes.Int("transA", 0) != 0)
        {
            throw new GraphException(
                $"Gemm node '{s.Node.Label}' transposes its first input (transA = 1), " +
                "which mixes the batch with the features. Choose a layer before this node.");
        }
    }
}
