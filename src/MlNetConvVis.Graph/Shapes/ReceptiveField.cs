namespace MlNetConvVis.Graph.Shapes;

/// <summary>The receptive field of a value along one spatial axis of the input: unit u sees the pixels Start + u*Stride … Start + u*Stride + Size - 1.</summary>
/// <param name="Size">How many pixels a unit sees.</param>
/// <param name="Stride">How many pixels the field moves from one unit to the next; 0 when every unit sees the same.</param>
/// <param name="Start">First pixel that unit 0 sees; negative when padding lies before the image.</param>
public readonly record struct FieldAxis(long Size, long Stride, long Start)
{
    /// <summary>Gets the pixels that a unit sees, clamped to the image.</summary>
    /// <param name="unit">The unit's place on this axis.</param>
    /// <param name="pixels">The image's size on this axis.</param>
    /// <returns>First pixel and count.</returns>
    public (int First, int Count) Clamped(long unit, long pixels)
    {
        var first = Math.Clamp(Start + (unit * Stride), 0, pixels);
        var end = Math.Clamp(Start + (unit * Stride) + Size, first, pixels);
        return ((int)first, (int)(end - first));
    }

    /// <summary>The field of a window over this one: size + (window-1)*stride, stride*step, start - padding*stride.</summary>
    internal FieldAxis Through(long window, long step, long padding) =>
        new(Size + ((window - 1) * Stride), Stride * step, Start - (padding * Stride));

    /// <summary>The smallest field that holds both, where branches meet.</summary>
    internal FieldAxis Joined(FieldAxis other)
    {
        var start = Math.Min(Start, other.Start);
        return new FieldAxis(Math.Max(Start + Size, other.Start + other.Size) - start, Math.Max(Stride, other.Stride), start);
    }
}

/// <summary>Works out receptive fields through convolutions, pooling, branches and fully connected layers.</summary>
public static class ReceptiveField
{
    /// <summary>Infers the receptive field of every value that depends on the image.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <param name="image">The image input, [N, C, spatial axes].</param>
    /// <returns>One entry an input axis, by value name. Values without spatial axes of their own see the whole image with stride 0.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> Infer(OnnxGraph graph, string image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var shapes = ShapeInference.Infer(graph);
        var whole = shapes[image].Dims.Skip(2).Select(static d => new FieldAxis(d.Size, 0, 0)).ToArray();
        var fields = new Dictionary<string, IReadOnlyList<FieldAxis>>(StringComparer.Ordinal)
        {
            [image] = [.. whole.Select(static _ => new FieldAxis(1, 1, 0))],
        };
        foreach (var node in graph.Nodes)
        {
            var seen = node.Inputs.Where(fields.ContainsKey).ToArray();
            if (seen.Length == 0) continue;
            var field = KeepsPlaces(node, seen, shapes) ? Behind(node, seen, fields, shapes) : whole;
            foreach (var output in node.Outputs.Where(static o => o.Length > 0)) fields[output] = field;
        }

        return fields;
    }

    private static FieldAxis[] Behind(
        OnnxNode node, string[] seen, Dictionary<string, IReadOnlyList<FieldAxis>> fields, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        var joined = seen.Select(i => fields[i]).Aggregate(static (a, b) => [.. a.Zip(b, static (x, y) => x.Joined(y))]);
        if (node.OpType is not ("Conv" or "MaxPool" or "AveragePool")) return [.. joined];
        var window = WindowGeometry.Of(node, shapes[node.Inputs[0]], node.OpType == "Conv" ? shapes[node.Inputs[1]] : null);
        return [.. joined.Select((axis, a) => axis.Through((window.Dilations[a] * (window.Kernel[a] - 1)) + 1, window.Strides[a], window.PadsBegin[a]))];
    }

    /// <summary>Whether each output place is computed from the input around the same place.</summary>
    private static bool KeepsPlaces(OnnxNode node, string[] seen, IReadOnlyDictionary<string, TensorShape> shapes) =>
        node.Outputs[0] is var output && shapes.TryGetValue(output, out var shape)
        && seen.All(i => shapes.TryGetValue(i, out var input) && input.Rank == shape.Rank && shape.Rank > 2)
        && (node.OpType is "Conv" or "MaxPool" or "AveragePool"
            || (node.OpType is not ("Transpose" or "Reshape" or "Softmax" or "LogSoftmax" or "MatMul" or "Squeeze" or "Unsqueeze")
                && seen.All(i => shapes[i].Dims.Skip(2).SequenceEqual(shape.Dims.Skip(2)))));
}
