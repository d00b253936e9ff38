namespace MlNetConvVis.Graph.Shapes;

/// <summary>Works out receptive fields through windows, branches, changes of layout and fully connected layers, unit by unit.</summary>
public static class ReceptiveField
{
    /// <summary>Infers the receptive field of every value that depends on the image.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <param name="image">The image input, [N, C, rows, columns].</param>
    /// <returns>Two entries, rows then columns, by value name. Where no axis of a value follows that of the image, all its units see the same, with stride
    /// 0.</returns>
    /// <exception cref="GraphException">The image's rows or columns are free.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> Infer(OnnxGraph graph, string image) => Infer(graph, image, ImageAxes.Nchw);

    /// <summary>Infers the receptive field of every value that depends on the image.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <param name="image">The image input.</param>
    /// <param name="axes">Which of its axes are rows and columns.</param>
    /// <returns>Two entries, rows then columns, by value name.</returns>
    /// <exception cref="GraphException">The image's rows or columns are free.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<FieldAxis>> Infer(OnnxGraph graph, string image, ImageAxes axes) =>
        Views(graph, image, axes).ToDictionary(
            static v => v.Key, static v => (IReadOnlyList<FieldAxis>)[.. v.Value.Select(static view => view.ToField())], StringComparer.Ordinal);

    /// <summary>Finds which axes of each value follow the image's rows and columns.</summary>
    /// <param name="graph">A graph in canonical form.</param>
    /// <param name="image">The image input, of rank 4.</param>
    /// <param name="axes">Which of its axes are rows and columns.</param>
    /// <returns>The axes by value name; -1 for none.</returns>
    public static IReadOnlyDictionary<string, (int Rows, int Columns)> Orders(OnnxGraph graph, string image, ImageAxes axes) =>
        Views(graph, image, axes).ToDictionary(static v => v.Key, static v => (v.Value[0].Axis, v.Value[1].Axis), StringComparer.Ordinal);

    /// <summary>What the units of each value see of the image's spatial axes.</summary>
    internal static Dictionary<string, AxisView[]> Views(OnnxGraph graph, string image, ImageAxes axes)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var shapes = ShapeInference.Infer(graph);
        int[] followed = shapes[image].Rank == 4 ? [axes.Rows, axes.Columns] : [.. Enumerable.Range(2, Math.Max(0, shapes[image].Rank - 2))];
        long[] pixels = [.. followed.Select(axis => shapes[image].Known(axis))];
        var views = new Dictionary<string, AxisView[]>(StringComparer.Ordinal) { [image] = [.. followed.Select((axis, a) => AxisView.Image(axis, pixels[a]))] };
        foreach (var node in graph.Nodes)
        {
            var seen = Enumerable.Range(0, node.Inputs.Count).Where(i => views.ContainsKey(node.Inputs[i])).ToArray();
            if (seen.Length == 0 || (node.Domain.Length == 0 && node.OpType is "Shape" or "Size")) continue;      // a size depends on no pixel
            for (var o = 0; o < node.Outputs.Count; o++)
            {
                if (node.Outputs[o].Length > 0)
                    views[node.Outputs[o]] = [.. pixels.Select((size, a) => Behind(graph, node, o, seen, views, shapes, (a, size)))];
            }
        }

        return views;
    }

    private static AxisView Behind(
        OnnxGraph graph, OnnxNode node, int output, int[] seen, Dictionary<string, AxisView[]> views, IReadOnlyDictionary<string, TensorShape> shapes,
        (int Axis, long Pixels) image)
    {
        if (!shapes.TryGetValue(node.Outputs[output], out var to) || seen.Any(i => !shapes.ContainsKey(node.Inputs[i]))) return AxisView.Whole(image.Pixels);
        return seen
            .Select(i => views[node.Inputs[i]][image.Axis]
                .Through(FieldRules.Of(new FieldQuestion(node, i, output, shapes, graph.Initializers)), to, image.Pixels))
            .Aggregate((a, b) => a.Joined(b, image.Pixels));
    }
}
