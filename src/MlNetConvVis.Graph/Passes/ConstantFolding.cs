using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>
/// Works out beforehand what depends on constants and on the sizes of values alone: the chains Shape, Gather, Unsqueeze, Concat that exporters write before a
/// Reshape, and weights that are reshaped or transposed first. Where the batch is free its size stays an unknown that is carried along; a target that
/// holds it ends up with 0 (keep this axis) or -1 (what is left) in its place.
/// </summary>
internal sealed class ConstantFolding
{
    private readonly Dictionary<string, OnnxTensor> _constants;
    private readonly Dictionary<string, TensorShape> _shapes;
    private readonly Dictionary<string, Numbers> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names;

    private ConstantFolding(OnnxGraph graph)
    {
        _constants = new(graph.Initializers, StringComparer.Ordinal);
        _shapes = ShapeInference.Given(graph);
        _names = graph.Nodes.SelectMany(static n => n.Outputs).Concat(graph.Initializers.Keys).Concat(graph.Inputs.Select(static i => i.Name))
            .ToHashSet(StringComparer.Ordinal);
    }

    public static OnnxGraph Apply(OnnxGraph graph)
    {
        var folding = new ConstantFolding(graph);
        var nodes = graph.Nodes.Select(folding.Folded).OfType<OnnxNode>().ToArray();
        return graph.With(nodes: nodes, initializers: folding._constants);
    }

    /// <summary>The node as it stays, or null when its output became a constant.</summary>
    private OnnxNode? Folded(OnnxNode node)
    {
        if (node.Domain.Length > 0) return node;
        var aimed = Aimed(node);
        try
        {
            if (aimed.Outputs.Count == 1 && Moved(aimed) is { } tensor) return Keep(aimed.Outputs[0], tensor);
            if (aimed.Outputs.Count == 1 && Worked(aimed) is { } value)
            {
                if (value.IsKnown) return Keep(aimed.Outputs[0], value.ToTensor());
                _values[aimed.Outputs[0]] = value;
            }

            ShapeInference.InferNode(aimed, _constants, _shapes);
        }
        catch (Exception e) when (e is GraphException or ComputedShapeException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // A window over an image of free size, or a damaged node: whoever asks for its shape is told.
        }

        return aimed;
    }

    private OnnxNode? Keep(string name, OnnxTensor tensor)
    {
        _constants[name] = tensor;
        _shapes[name] = TensorShape.Of(tensor.Dims);
        return null;
    }

    /// <summary>Operators that only give constants, of any size and type, another shape or order.</summary>
    private OnnxTensor? Moved(OnnxNode node)
    {
        if (node.OpType is not ("Reshape" or "Squeeze" or "Unsqueeze" or "Flatten" or "Transpose") || node.Input(0) is not { } name) return null;
        if (!_constants.TryGetValue(name, out var tensor) || node.Inputs.Any(i => i.Length > 0 && !_constants.ContainsKey(i))) return null;
        if (node.OpType == "Transpose") return Transposition.Of(tensor, NodeConstants.Permutation(node, tensor.Dims.Count));
        return ShapeAfter(node) is { IsKnown: true } shape ? tensor.Reshape([.. shape.Dims.Select(static d => d.Size)]) : null;
    }

    private TensorShape? ShapeAfter(OnnxNode node)
    {
        ShapeInference.InferNode(node, _constants, _shapes);
        return _shapes.GetValueOrDefault(node.Outputs[0]);
    }

    private Numbers? Worked(OnnxNode node)
    {
        if (node.OpType is "Shape" or "Size") return Sizes(node);
        if (node.OpType is "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten")
        {
            return node.Input(0) is { } data && _values.TryGetValue(data, out var numbers) && ShapeAfter(node) is { IsKnown: true } shape
                ? numbers with { Dims = [.. shape.Dims.Select(static d => d.Size)] } : null;
        }

        if (!NumberArithmetic.Knows(node.OpType) || node.Inputs.Count == 0) return null;
        var inputs = node.Inputs.Select(Known).ToArray();
        return node.Inputs.Zip(inputs).Any(static pair => pair.First.Length > 0 && pair.Second is null) || inputs[0] is null ? null
            : NumberArithmetic.Of(node, inputs);
    }

    private Numbers? Sizes(OnnxNode node)
    {
        if (node.Input(0) is not { } name || !_shapes.TryGetValue(name, out var shape)) return null;
        if (node.OpType == "Size")
            return shape.IsKnown ? new Numbers(ElementType.Int64, [], [new Number(shape.Dims.Aggregate(1.0, static (p, d) => p * d.Size), null)]) : null;
        var (start, end) = LayoutShapes.Part(node, shape.Rank);
        return Numbers.Whole(shape.Dims.Skip(start).Take(end - start).Select(Number.Of));
    }

    private Numbers? Known(string name) => name.Length == 0 ? null
        : _values.TryGetValue(name, out var value) ? value
        : _constants.TryGetValue(name, out var tensor) && Numbers.Of(tensor) is { } read ? _values[name] = read : null;

    /// <summary>Writes targets that hold an unknown size as constants, where that can be said.</summary>
    private OnnxNode Aimed(OnnxNode node) => node.OpType switch
    {
        "Reshape" when Open(node, 1) is { } target => Reshape(node, target),
        "Expand" when Open(node, 1) is { } target => Expand(node, target),
        "Slice" when Open(node, 2) is { } ends => Slice(node, ends),
        "Resize" when Open(node, 3) is { } sizes && !node.Attributes.Has("axes") => Resize(node, sizes),
        _ => node,
    };

    private Numbers? Open(OnnxNode node, int index) =>
        node.Input(index) is { } name && _values.TryGetValue(name, out var value) && !value.IsKnown && value.Dims.Length == 1 ? value : null;

    private OnnxNode Reshape(OnnxNode node, Numbers target)
    {
        var input = _shapes.GetValueOrDefault(node.Inputs[0]);
        long[] sizes = [.. target.Items.Select((item, axis) => item.IsKnown ? (long)item.Value : input is not null && axis < input.Rank
            && input[axis].Symbol == item.Symbol ? 0 : -1)];
        return sizes.Count(static s => s == -1) > 1 || node.Attributes.Int("allowzero", 0) != 0 ? node : WithConstant(node, 1, "shape", sizes);
    }

    private OnnxNode Expand(OnnxNode node, Numbers target)
    {
        if (!_shapes.TryGetValue(node.Inputs[0], out var input)) return node;
        var lead = target.Items.Length - input.Rank;
        return target.Items.Select((item, axis) => item.IsKnown || (axis >= lead && input[axis - lead].Symbol == item.Symbol)).All(static fits => fits)
            ? WithConstant(node, 1, "shape", [.. target.Items.Select(static i => i.IsKnown ? (long)i.Value : 1)]) : node;
    }

    private OnnxNode Slice(OnnxNode node, Numbers ends)
    {
        if (!_shapes.TryGetValue(node.Inputs[0], out var input)) return node;
        var axes = node.Input(3) is { } name ? Known(name) is { IsKnown: true } known ? NumberArithmetic.Longs(known) : null
            : [.. Enumerable.Range(0, ends.Items.Length).Select(static a => (long)a)];
        return axes is not null && ends.Items.Zip(axes).All(pair => pair.First.IsKnown || input[(int)pair.Second].Symbol == pair.First.Symbol)
            ? WithConstant(node, 2, "ends", [.. ends.Items.Select(static i => i.IsKnown ? (long)i.Value : long.MaxValue)]) : node;
    }

    private OnnxNode Resize(OnnxNode node, Numbers sizes)
    {
        if (!_shapes.TryGetValue(node.Inputs[0], out var input) || input.Rank != sizes.Items.Length) return node;
        int[] axes = [.. Enumerable.Range(0, input.Rank).Where(axis => sizes.Items[axis].IsKnown)];
        return Enumerable.Range(0, input.Rank).Except(axes).All(axis => input[axis].Symbol == sizes.Items[axis].Symbol)
            ? WithConstant(node with { Attributes = node.Attributes.With("axes", axes.Select(static a => (long)a).ToArray()) }, 3, "sizes",
                [.. axes.Select(a => (long)sizes.Items[a].Value)])
            : node;
    }

    private OnnxNode WithConstant(OnnxNode node, int index, string what, long[] values)
    {
        var name = $"{node.Outputs[0]}/{what}";
        while (!_names.Add(name)) name += "'";
        Keep(name, OnnxTensor.Of(values, values.Length));
        return node with { Inputs = [.. node.Inputs.Select((input, i) => i == index ? name : input)] };
    }
}
