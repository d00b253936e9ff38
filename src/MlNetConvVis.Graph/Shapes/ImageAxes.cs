namespace MlNetConvVis.Graph.Shapes;

/// <summary>Which axes of a four-dimensional value are channels, rows and columns; axis 0 is the batch.</summary>
/// <param name="Channels">The axis of the channels.</param>
/// <param name="Rows">The axis of the rows.</param>
/// <param name="Columns">The axis of the columns.</param>
public readonly record struct ImageAxes(int Channels, int Rows, int Columns)
{
    private static readonly string[] s_channelsSecond =
        ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "LRN", "DepthToSpace", "SpaceToDepth"];

    /// <summary>Gets the order of PyTorch, Caffe2 and CNTK: channels, rows, columns.</summary>
    public static ImageAxes Nchw { get; } = new(1, 2, 3);

    /// <summary>Gets the order of Keras and TensorFlow: rows, columns, channels.</summary>
    public static ImageAxes Nhwc { get; } = new(3, 1, 2);

    /// <summary>Finds the order of an image input by following it to the first operator that expects channels second, through transpositions and operators that keep axes.</summary>
    /// <param name="graph">A graph of any operator set that is read.</param>
    /// <param name="image">Its image input, of rank 4.</param>
    /// <returns>The order; where nothing tells, channels second unless only the last axis has a size that channels of a picture have (1, 3 or 4).</returns>
    public static ImageAxes Of(OnnxGraph graph, ValueInfo image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        var orders = new Dictionary<string, int[]>(StringComparer.Ordinal) { [image.Name] = [0, 1, 2, 3] };      // which axis of the image each axis of a value is
        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.Select(orders.GetValueOrDefault).FirstOrDefault(static o => o is not null) is not { } order) continue;
            if (s_channelsSecond.Contains(node.OpType)) return new ImageAxes(order[1], order[2], order[3]);
            if (node.OpType == "Transpose") orders[node.Outputs[0]] = [.. NodeConstants.Permutation(node, 4).Select(axis => order[axis])];
            else if (ShapeRules.IsElementwise(node.OpType) || node.OpType is "Pad" or "Dropout" or "Resize" or "Upsample" or "Slice") orders[node.Outputs[0]] = order;
        }

        return image.Shape is { Rank: 4 } shape && !LooksLikeChannels(shape[1]) && LooksLikeChannels(shape[3]) ? Nhwc : Nchw;
    }

    private static bool LooksLikeChannels(Dim dim) => dim is { IsKnown: true, Size: 1 or 3 or 4 };
}
