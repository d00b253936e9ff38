namespace MlNetConvVis.Graph.Shapes;

/// <summary>What a field rule may ask: the node with the shapes and constants that go into it, for one input and one output.</summary>
internal sealed record FieldQuestion(
    OnnxNode Node, int Index, int Output, IReadOnlyDictionary<string, TensorShape> Shapes, IReadOnlyDictionary<string, OnnxTensor> Constants)
{
    public TensorShape From => Shapes[Node.Inputs[Index]];

    public TensorShape To => Shapes[Node.Outputs[Output]];

    public TensorShape Input(int index) => Shapes[Node.Inputs[index]];

    public long[] Longs(int index) => NodeConstants.Longs(Node, Constants[Node.Inputs[index]]);

    public int Axis(long fallback) => NodeConstants.Axis(Node, Node.Attributes.Int("axis", fallback), From.Rank);
}

/// <summary>
/// The table of which units of an input the units of an output depend on, an axis each; one row an operator. An axis of the input that no entry of the answer
/// names is seen as a whole. Operators without a row see everything of the image.
/// </summary>
internal static class FieldRules
{
    private static readonly Dictionary<string, Func<FieldQuestion, UnitMap?[]>> s_rows = new(StringComparer.Ordinal)
    {
        ["Conv"] = static q => Windows(q, static (w, a) => UnitMap.Window(a + 2, w, a)),
        ["MaxPool"] = static q => Windows(q, static (w, a) => UnitMap.Window(a + 2, w, a)),
        ["AveragePool"] = static q => Windows(q, static (w, a) => UnitMap.Window(a + 2, w, a)),
        ["ConvTranspose"] = static q => Windows(q, static (w, a) => UnitMap.Transposed(a + 2, w, a)),
        ["BatchNormalization"] = Elementwise,
        ["Dropout"] = Elementwise,
        ["LRN"] = Elementwise,
        ["Expand"] = Elementwise,
        ["Softmax"] = static q => Without(Elementwise(q), q.Axis(-1)),
        ["LogSoftmax"] = static q => Without(Elementwise(q), q.Axis(-1)),
        ["Gemm"] = static q => q.Index == 0 && q.Node.Attributes.Int("transA", 0) == 0 ? [UnitMap.Same(0), null] : [null, null],
        ["MatMul"] = MatMul,
        ["Flatten"] = static q => FieldLayout.Regrouped(q.From, q.To),
        ["Reshape"] = static q => FieldLayout.Regrouped(q.From, q.To),
        ["Squeeze"] = static q => FieldLayout.Regrouped(q.From, q.To),
        ["Unsqueeze"] = static q => FieldLayout.Regrouped(q.From, q.To),
        ["Transpose"] = static q => [.. NodeConstants.Permutation(q.Node, q.From.Rank).Select(static a => UnitMap.Same(a))],
        ["Concat"] = FieldLayout.Concat,
        ["Split"] = FieldLayout.Split,
        ["Slice"] = FieldLayout.Slice,
        ["Pad"] = FieldLayout.Pad,
        ["Gather"] = FieldLayout.Gather,
        ["Resize"] = FieldLayout.Resize,
        ["DepthToSpace"] = static q => Blocks(q, static (axis, b) => new UnitMap(axis, 1, -(b - 1), 0, b)),
        ["SpaceToDepth"] = static q => Blocks(q, static (axis, b) => new UnitMap(axis, b, 0, b - 1)),
    };

    /// <summary>Answers one map an axis of the output; null where it does not follow one axis of the input. Null for an operator without a row.</summary>
    public static UnitMap?[]? Of(FieldQuestion q) => q.Node.Domain.Length > 0 ? null
        : s_rows.TryGetValue(q.Node.OpType, out var row) ? row(q)
        : ShapeRules.IsElementwise(q.Node.OpType) ? Elementwise(q)
        : ShapeRules.IsReducing(q.Node.OpType) ? Reduced(q)
        : q.Node.OpType is "GlobalAveragePool" or "GlobalMaxPool" or "InstanceNormalization"
        ? Maps(q.To.Rank, static axis => axis < 2 ? UnitMap.Same(axis) : null)
        : null;

    /// <summary>One map an axis.</summary>
    public static UnitMap?[] Maps(int rank, Func<int, UnitMap?> map) => [.. Enumerable.Range(0, rank).Select(map)];

    /// <summary>The same place, the axes aligned at the last one; an input of size 1 is broadcast.</summary>
    public static UnitMap?[] Elementwise(FieldQuestion q)
    {
        var lead = q.To.Rank - q.From.Rank;
        return Maps(q.To.Rank, axis =>
            axis < lead ? null : q.From[axis - lead] == 1 && q.To[axis] != 1 ? UnitMap.Broadcast(axis - lead) : UnitMap.Same(axis - lead));
    }

    private static UnitMap?[] Windows(FieldQuestion q, Func<WindowGeometry, int, UnitMap> map)
    {
        if (q.Index > 0) return new UnitMap?[q.To.Rank];
        var window = WindowGeometry.Of(q.Node, q.From, q.Node.OpType is "Conv" or "ConvTranspose" ? q.Input(1) : null);
        return Maps(q.To.Rank, axis => axis == 0 ? UnitMap.Same(0) : axis == 1 ? null : map(window, axis - 2));
    }

    private static UnitMap?[] Without(UnitMap?[] maps, int axis)
    {
        maps[axis] = null;
        return maps;
    }

    /// <summary>Rows of the first factor are rows of the product, columns of the second its columns; leading axes are a stack.</summary>
    private static UnitMap?[] MatMul(FieldQuestion q)
    {
        if (q.From.Rank < 2 || q.Input(1 - q.Index).Rank < 2) return new UnitMap?[q.To.Rank];
        var (lead, kept) = (q.To.Rank - q.From.Rank, q.Index == 0 ? q.To.Rank - 2 : q.To.Rank - 1);
        return Maps(q.To.Rank, axis => axis == kept ? UnitMap.Same(kept - lead)
            : axis >= q.To.Rank - 2 || axis < lead ? null
            : q.From[axis - lead] == 1 && q.To[axis] != 1 ? UnitMap.Broadcast(axis - lead) : UnitMap.Same(axis - lead));
    }

    private static UnitMap?[] Reduced(FieldQuestion q)
    {
        var stated = (q.Node.Input(1) is not null ? q.Longs(1) : q.Node.Attributes.Ints("axes"))?.Select(a =>
            NodeConstants.Axis(q.Node, a, q.From.Rank)).ToArray();
        var axes = LayoutShapes.ReducedAxes(q.Node, q.From.Rank, stated);
        var kept = Enumerable.Range(0, q.From.Rank).Where(axis => q.To.Rank == q.From.Rank || !axes.Contains(axis)).ToArray();
        return Maps(q.To.Rank, axis => axes.Contains(kept[axis]) ? null : UnitMap.Same(kept[axis]));
    }

    private static UnitMap?[] Blocks(FieldQuestion q, Func<int, long, UnitMap> map) =>
        Maps(q.To.Rank, axis => axis == 0 ? UnitMap.Same(0) : axis == 1 ? null : map(axis, q.Node.Attributes.Int("blocksize", 1)));
}
