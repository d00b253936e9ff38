using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph;

/// <summary>The operators that rules and passes are written with, each as ONNX (opset 18) defines it.</summary>
public static class GraphBuilderOperators
{
    /// <summary>Adds max(x, 0).</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">Any shape.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Value Relu(this GraphBuilder build, Value x) => Of(build).Node("Relu", [x]);

    /// <summary>Adds a + b with broadcasting.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <returns>The broadcast shape.</returns>
    public static Value Add(this GraphBuilder build, Value a, Value b) => Of(build).Node("Add", [a, b]);

    /// <summary>Adds a - b with broadcasting.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <returns>The broadcast shape.</returns>
    public static Value Sub(this GraphBuilder build, Value a, Value b) => Of(build).Node("Sub", [a, b]);

    /// <summary>Adds a * b with broadcasting.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <returns>The broadcast shape.</returns>
    public static Value Mul(this GraphBuilder build, Value a, Value b) => Of(build).Node("Mul", [a, b]);

    /// <summary>Adds a / b with broadcasting.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <returns>The broadcast shape.</returns>
    public static Value Div(this GraphBuilder build, Value a, Value b) => Of(build).Node("Div", [a, b]);

    /// <summary>Adds the matrix product.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="a">[…, n, k].</param>
    /// <param name="b">[…, k, m].</param>
    /// <returns>[…, n, m].</returns>
    public static Value MatMul(this GraphBuilder build, Value a, Value b) => Of(build).Node("MatMul", [a, b]);

    /// <summary>Adds a power.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The base.</param>
    /// <param name="exponent">The exponent.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public static Value Pow(this GraphBuilder build, Value x, float exponent) => Of(build).Node("Pow", [x, build.Scalar(exponent)]);

    /// <summary>Adds 1 where x is positive and 0 elsewhere: the derivative of Relu.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">Any shape, float.</param>
    /// <returns>The shape of <paramref name="x"/>, float.</returns>
    public static Value StepOf(this GraphBuilder build, Value x) =>
        Cast(build, Of(build).Node("Greater", [x, build.Scalar(0)]), ElementType.Float);

    /// <summary>Adds a conversion of the element type.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="type">The wanted type.</param>
    /// <returns>The same shape.</returns>
    public static Value Cast(this GraphBuilder build, Value x, ElementType type) =>
        Of(build).Node("Cast", [x], OnnxAttributes.Of(("to", (long)type)));

    /// <summary>Adds a change of shape.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The value.</param>
    /// <param name="shape">Its new shape; one dimension may be -1.</param>
    /// <returns>The same elements in the new shape.</returns>
    public static Value Reshape(this GraphBuilder build, Value x, params ReadOnlySpan<long> shape) =>
        Of(build).Node("Reshape", [x, build.Longs(shape)]);

    /// <summary>Adds a permutation of the axes.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The value.</param>
    /// <param name="axes">Which axis of <paramref name="x"/> comes at each place.</param>
    /// <returns>The permuted value.</returns>
    public static Value Transpose(this GraphBuilder build, Value x, params long[] axes) =>
        Of(build).Node("Transpose", [x], OnnxAttributes.Of(("perm", axes)));

    /// <summary>Adds a sum over axes.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The value.</param>
    /// <param name="axes">The axes to sum over.</param>
    /// <param name="keep">Whether they stay with size 1.</param>
    /// <returns>The sums.</returns>
    public static Value ReduceSum(this GraphBuilder build, Value x, ReadOnlySpan<long> axes, bool keep) =>
        Of(build).Node("ReduceSum", [x, build.Longs(axes)], OnnxAttributes.Of(("keepdims", keep ? 1L : 0L)));

    /// <summary>Adds a mean over axes.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The value.</param>
    /// <param name="axes">The axes to average over.</param>
    /// <param name="keep">Whether they stay with size 1.</param>
    /// <returns>The means.</returns>
    public static Value ReduceMean(this GraphBuilder build, Value x, ReadOnlySpan<long> axes, bool keep) =>
        Of(build).Node("ReduceMean", [x, build.Longs(axes)], OnnxAttributes.Of(("keepdims", keep ? 1L : 0L)));

    /// <summary>Adds a cut along axes.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="x">The value.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="starts">First index on each.</param>
    /// <param name="ends">Index behind the last on each.</param>
    /// <param name="steps">Step on each; empty for 1.</param>
    /// <returns>The cut.</returns>
    public static Value Slice(
        this GraphBuilder build, Value x, ReadOnlySpan<long> axes, ReadOnlySpan<long> starts, ReadOnlySpan<long> ends, ReadOnlySpan<long> steps = default)
    {
        ArgumentNullException.ThrowIfNull(build);
        Value?[] inputs = steps.IsEmpty
            ? [x, build.Longs(starts), build.Longs(ends), build.Longs(axes)]
            : [x, build.Longs(starts), build.Longs(ends), build.Longs(axes), build.Longs(steps)];
        return build.Node("Slice", inputs);
    }

    /// <summary>Adds a strided cut that takes from every window of a Conv or pool the element at one position.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="padded">[N, C, spatial axes], or another order of axes, with the window's padding written out.</param>
    /// <param name="window">How the window moves.</param>
    /// <param name="offset">The position in the window, one index a spatial axis.</param>
    /// <param name="firstAxis">The first spatial axis.</param>
    /// <returns>[N, C, output sizes], or the axes in the order they came in.</returns>
    internal static Value ElementOfWindows(this GraphBuilder build, Value padded, WindowGeometry window, long[] offset, int firstAxis = 2)
    {
        long[] axes = [.. Enumerable.Range(firstAxis, window.Rank).Select(static a => (long)a)];
        long[] starts = [.. offset.Select((k, a) => k * window.Dilations[a])];
        long[] ends = [.. starts.Select((start, a) => start + ((window.OutputSizes[a] - 1) * window.Strides[a]) + 1)];
        return build.Slice(padded, axes, starts, ends, window.Strides.ToArray());
    }

    /// <summary>Adds values put one behind the other along an axis.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="parts">The values.</param>
    /// <returns>The joined value.</returns>
    public static Value Concat(this GraphBuilder build, int axis, params IReadOnlyList<Value> parts) =>
        Of(build).Node("Concat", [.. parts.Select(static p => (Value?)p)], OnnxAttributes.Of(("axis", (long)axis)));

    /// <summary>Adds zeros of the shape that another value has when the graph runs.</summary>
    /// <param name="build">The graph.</param>
    /// <param name="like">The value whose shape is taken.</param>
    /// <param name="value">What to fill with.</param>
    /// <returns>A float value of the same shape.</returns>
    public static Value FullLike(this GraphBuilder build, Value like, float value) =>
        Of(build).Node("ConstantOfShape", [build.Node("Shape", [like])], OnnxAttributes.Of(("value", OnnxTensor.Of([value], 1))));

    private static GraphBuilder Of(GraphBuilder build) => build ?? throw new ArgumentNullException(nameof(build));
}
