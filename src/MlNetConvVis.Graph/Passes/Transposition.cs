namespace MlNetConvVis.Graph.Passes;

/// <summary>Permutes the axes of a constant.</summary>
internal static class Transposition
{
    public static OnnxTensor Of(OnnxTensor tensor, int[] order)
    {
        var (dims, width) = (tensor.Dims, tensor.Type.Size());
        var steps = new long[dims.Count];
        for (var (axis, step) = (dims.Count - 1, (long)width); axis >= 0; step *= dims[axis--]) steps[axis] = step;
        long[] sizes = [.. order.Select(a => dims[a])];
        long[] strides = [.. order.Select(a => steps[a])];
        var source = tensor.Bytes;
        var target = new byte[source.Length];
        var at = new long[sizes.Length];
        var from = 0L;
        for (var to = 0; to < target.Length; to += width)
        {
            source.Slice((int)from, width).CopyTo(target.AsSpan(to));
            for (var axis = sizes.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++at[axis] < sizes[axis]) break;
                from -= strides[axis] * sizes[axis];
                at[axis] = 0;
            }
        }

        return OnnxTensor.FromBytes(tensor.Type, sizes, target);
    }
}
