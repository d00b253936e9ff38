namespace MlNetConvVis.Graph.Shapes;

/// <summary>How a Resize maps one axis.</summary>
/// <param name="Input">The size that comes in.</param>
/// <param name="Output">The size that goes out.</param>
/// <param name="Scale">Output by input, as the coordinate transformation uses it.</param>
internal sealed record ResizedAxis(long Input, long Output, float Scale);

/// <summary>How a Resize takes each output element from input elements (ONNX operator specification, Resize-18).</summary>
/// <param name="Axes">One entry an axis; null where it stays as it is.</param>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">The coordinate transformation.</param>
/// <param name="Rounding">Which neighbour is the nearest.</param>
internal sealed record ResizeGeometry(IReadOnlyList<ResizedAxis?> Axes, string Mode, string Coordinates, string Rounding)
{
    /// <summary>Reads a Resize node.</summary>
    public static ResizeGeometry Of(OnnxNode node, TensorShape input, Func<int, float[]> floats, Func<int, long[]> longs)
    {
        var mode = node.Attributes.Text("mode", "nearest");
        var coordinates = node.Attributes.Text("coordinate_transformation_mode", "half_pixel");
        if (coordinates == "tf_crop_and_resize" || node.Attributes.Text("keep_aspect_ratio_policy", "stretch") != "stretch"
            || node.Attributes.Int("antialias", 0) != 0)
        {
            throw new GraphException(
                $"Resize node '{node.Label}' crops, keeps an aspect ratio or smooths (antialias), which is not known here. Export the model without that.");
        }

        int[] named = node.Attributes.Ints("axes") is { } axes ? [.. axes.Select(a => NodeConstants.Axis(node, a, input.Rank))]
            : [.. Enumerable.Range(0, input.Rank)];
        var resized = new ResizedAxis?[input.Rank];
        if (node.Input(3) is not null)
        {
            var sizes = Checked(node, longs(3), named.Length);
            for (var i = 0; i < named.Length; i++) resized[named[i]] = BySize(input, named[i], sizes[i]);
        }
        else
        {
            var scales = Checked(node, floats(2), named.Length);
            for (var i = 0; i < named.Length; i++) resized[named[i]] = ByScale(node, input, named[i], scales[i]);
        }

        return new ResizeGeometry(resized, mode, coordinates, node.Attributes.Text("nearest_mode", "round_prefer_floor"));
    }

    /// <summary>The input elements that make an output element, with their weights; positions past the edge are those at the edge.</summary>
    public IEnumerable<(long Place, float Weight)> Sources(ResizedAxis axis, long place)
    {
        var at = At(axis, place);
        if (Mode == "nearest")
        {
            yield return (Math.Clamp(Nearest(at), 0, axis.Input - 1), 1);
            yield break;
        }

        var (first, last) = Mode == "linear" ? (0, 1) : (-1, 2);
        var below = (long)Math.Floor(at);
        for (var k = first; k <= last; k++)
        {
            var weight = Mode == "linear" ? 1 - Math.Abs(at - (below + k)) : float.NaN;      // cubic: its places are known, its weights are not wanted
            if (weight != 0) yield return (Math.Clamp(below + k, 0, axis.Input - 1), (float)weight);
        }
    }

    /// <summary>How many times an axis is repeated where each output element u shows input element u / factor; null otherwise.</summary>
    public long? Factor(ResizedAxis axis) => Mode == "nearest" && axis.Output % axis.Input == 0 && axis.Output / axis.Input is var factor
        && Enumerable.Range(0, (int)axis.Output).All(u => Math.Clamp(Nearest(At(axis, u)), 0, axis.Input - 1) == u / factor) ? factor : null;

    private static ResizedAxis? BySize(TensorShape input, int axis, long size) =>
        input[axis] is { IsKnown: true } dim && dim.Size == size ? null : new(input.Known(axis), size, (float)size / input.Known(axis));

    private static ResizedAxis? ByScale(OnnxNode node, TensorShape input, int axis, float scale)
    {
        if (scale == 1) return null;
        if (!(scale > 0) || input.Known(axis) * (double)scale > int.MaxValue)
            throw new GraphException($"Resize node '{node.Label}' scales axis {axis} of {input} by {scale}, which cannot be.");
        return new(input.Known(axis), (long)Math.Floor(input.Known(axis) * scale), scale);
    }

    private static T[] Checked<T>(OnnxNode node, T[] values, int axes) => values.Length == axes ? values
        : throw new GraphException($"Resize node '{node.Label}' states {values.Length} scales or sizes for {axes} axes; the model is damaged.");

    private double At(ResizedAxis axis, long place) => Coordinates switch
    {
        "half_pixel" => ((place + 0.5) / axis.Scale) - 0.5,
        "pytorch_half_pixel" => axis.Output > 1 ? ((place + 0.5) / axis.Scale) - 0.5 : 0,
        "asymmetric" => place / (double)axis.Scale,
        "align_corners" => axis.Output > 1 ? place * (axis.Input - 1.0) / (axis.Output - 1.0) : 0,
        _ => throw new GraphException(
            $"A Resize has coordinate_transformation_mode '{Coordinates}'; half_pixel, pytorch_half_pixel, asymmetric or align_corners can be used."),
    };

    private long Nearest(double at) => (long)(Rounding switch
    {
        "floor" => Math.Floor(at),
        "ceil" => Math.Ceiling(at),
        "round_prefer_ceil" => Math.Floor(at + 0.5),
        _ => Math.Ceiling(at - 0.5),
    });
}
