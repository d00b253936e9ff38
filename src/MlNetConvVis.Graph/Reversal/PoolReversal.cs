using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses pooling.</summary>
internal static class PoolReversal
{
    /// <summary>
    /// Puts each value back at its switch, zeros elsewhere (Zeiler and Fergus 2013, section 2.1). ONNX counts a MaxPool's Indices over the whole
    /// [N,C,…] tensor, so one scatter over the flattened tensor serves the whole batch.
    /// </summary>
    public static Value Unpool(ReversalStep s, Overlap overlap)
    {
        if (s.Node.Attributes.Int("storage_order", 0) != 0)
        {
            throw new GraphException($"MaxPool node '{s.Node.Label}' counts its indices column by column (storage_order = 1); " +
                "only row by row can be undone. Export the model without it.");
        }

        var build = s.Build;
        var switches = build.Reshape(s.Switches(), -1);
        var values = build.Reshape(s.Signal, -1);
        var scattered = overlap switch
        {
            Overlap.Sum => Scatter(s, switches, values, 0, "add"),
            Overlap.Last => Scatter(s, switches, values, 0, "none"),
            _ => LargestPutThere(s, switches, values),
        };
        return s.ReshapedLikeInput(scattered, 0);
    }

    /// <summary>Spreads each value evenly over the elements that its window averaged.</summary>
    public static Value AveragePool(ReversalStep s)
    {
        var window = s.Window();
        var channels = s.InputShape(0).Known(1);
        var shares = s.Build.Div(s.Signal, s.AtPlaces(whole => Counts(s.Node, whole)));
        var ones = OnnxTensor.Of(Enumerable.Repeat(1f, (int)(channels * OnnxTensor.Product(window.Kernel))).ToArray(), [channels, 1, .. window.Kernel]);
        var padding = window.OutputPadding();
        return s.Build.Node("ConvTranspose", [shares, s.Build.Constant("pool-ones", ones)], OnnxAttributes.Of(
            ("kernel_shape", window.Kernel.ToArray()),
            ("strides", window.Strides.ToArray()),
            ("dilations", window.Dilations.ToArray()),
            ("pads", EndPads(window)),
            ("output_padding", padding),
            ("group", channels)));
    }

    /// <summary>Spreads each channel's value evenly over all positions.</summary>
    public static Value GlobalAverage(ReversalStep s) => Spread(s, s.Signal, s.InputShape(0).Dims.Skip(2));

    /// <summary>Spreads each mean evenly over the axes that were averaged.</summary>
    public static Value ReduceMean(ReversalStep s)
    {
        var input = s.InputShape(0);
        var axes = s.Node.Inputs.Count > 1 ? ConstantAxes(s) : s.Node.Attributes.Ints("axes");
        var averaged = (axes ?? [.. Enumerable.Range(0, input.Rank).Select(static a => (long)a)]).Select(a => (int)(a < 0 ? a + input.Rank : a)).ToHashSet();
        var kept = new TensorShape(input.Dims.Select((dim, axis) => averaged.Contains(axis) ? 1 : dim));
        return Spread(s, s.Build.Reshape(s.Signal, kept.ForReshape()), averaged.Order().Select(axis => input[axis]));
    }

    private static long[]? ConstantAxes(ReversalStep s) => s.Build.ConstantOf(s.Input(1))?.Longs.ToArray()
        ?? throw new GraphException($"ReduceMean node '{s.Node.Label}' computes its axes while the network runs; constants are wanted.");

    private static Value Spread(ReversalStep s, Value signal, IEnumerable<Dim> averaged)
    {
        var count = averaged.Aggregate(1L, static (product, dim) => product * TensorShape.Of(1).With(0, dim).Known(0));
        return s.Build.Node("Expand", [s.Build.Mul(signal, s.Build.Scalar(1f / count)), s.Build.Node("Shape", [s.Input(0)])]);
    }

    private static Value Scatter(ReversalStep s, Value switches, Value values, float background, string reduction) =>
        s.Build.Node("ScatterElements", [s.Build.Reshape(s.FilledLikeInput(0, background), -1), switches, values],
            OnnxAttributes.Of(("axis", 0L), ("reduction", reduction)));

    /// <summary>The largest value put at each place, also when it is negative; places that nothing names become zero.</summary>
    private static Value LargestPutThere(ReversalStep s, Value switches, Value values)
    {
        var largest = Scatter(s, switches, values, float.MinValue, "max");
        return s.Build.Node("Where", [s.Build.Node("Equal", [largest, s.Build.Scalar(float.MinValue)]), s.Build.Scalar(0), largest]);
    }

    /// <summary>ConvTranspose drops what the end pads name; where ceil_mode let windows run past them, more must go.</summary>
    private static long[] EndPads(WindowGeometry window)
    {
        var padding = window.OutputPadding();
        return [.. window.PadsBegin, .. padding.Select((added, a) => window.Overhang(a) + added)];
    }

    /// <summary>How many elements each window averaged: those inside the image, and the padding too with count_include_pad.</summary>
    private static OnnxTensor Counts(OnnxNode node, WindowGeometry window)
    {
        var include = node.Attributes.Int("count_include_pad", 0) == 1;
        var counts = window.OutputSizes.Select((positions, a) => Enumerable.Range(0, (int)positions).Select(p =>
        {
            var start = (p * window.Strides[a]) - window.PadsBegin[a];
            var (from, to) = include ? (-window.PadsBegin[a], window.InputSizes[a] + window.PadsEnd[a]) : (0, window.InputSizes[a]);
            return (float)Enumerable.Range(0, (int)window.Kernel[a]).Count(k => start + (k * window.Dilations[a]) is var at && at >= from && at < to);
        }).ToArray());
        var product = counts.Aggregate((IEnumerable<float>)[1f], static (all, axis) => all.SelectMany(_ => axis, static (a, b) => a * b));
        return OnnxTensor.Of(product.ToArray(), [1, 1, .. window.OutputSizes]);
    }
}
