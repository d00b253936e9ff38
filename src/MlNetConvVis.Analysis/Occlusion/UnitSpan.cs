using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Analysis;

/// <summary>The units First … End - 1 along one axis of a value; none where End is First.</summary>
internal readonly record struct UnitSpan(int First, int End)
{
    public int Count => End - First;

    /// <summary>The smallest span that holds both.</summary>
    public UnitSpan Joined(UnitSpan other) => Count == 0 ? other : other.Count == 0 ? this : new(Math.Min(First, other.First), Math.Max(End, other.End));

    /// <summary>The units behind a moving window that see some of these: unit u sees u*stride - pad … u*stride - pad + extent - 1.</summary>
    public UnitSpan Through(WindowGeometry window, int axis)
    {
        if (Count == 0) return default;
        var (stride, pad) = (window.Strides[axis], window.PadsBegin[axis]);
        var extent = (window.Dilations[axis] * (window.Kernel[axis] - 1)) + 1;
        var lowest = First + pad - extent + 1;
        var first = lowest <= 0 ? 0 : (lowest + stride - 1) / stride;
        var last = Math.Min(window.OutputSizes[axis] - 1, (End - 1 + pad) / stride);
        return last < first ? default : new((int)first, (int)last + 1);
    }
}
