namespace MlNetConvVis.Graph.Shapes;

/// <summary>Which axes of a four-dimensional value are channels, rows and columns; axis 0 is the batch.</summary>
/// <param name="Channels">The axis of the channels.</param>
/// <param name="Rows">The axis of the rows.</param>
/// <param name="Columns">The axis of the columns.</param>
public readonly record struct ImageAxes(int Channels, int Rows, int Columns)
{
    private static readonly string[] s_channelsSecond =
        ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "LRN",
            "DepthToSpace", "SpaceToDepth"];

    /// <summary>Gets the order of PyTorch, Caffe2 and CNTK: channels, rows, columns.</summary>
    public static ImageAxes Nchw { get; } = new(1, 2, 3);

    /// <summary>Gets the order of Keras and TensorFlow: rows, columns, channels.</summary>
    public static ImageAxes Nhwc { get; } = new(3, 1, 2);

    /// <summary>Finds the order of an image input by following it to the first operator that expects channels second, through transpositions and operators that
    /// keep axes.</summary>
    /// <param name="graph">A graph of any operator set that is read.</param>
    /// <param name="image">Its image input, of rank 4.</param>
    /// <returns>The order; where nothing tells, channels second unless only the last axis has a size that channels of a picture have (1, 3 or 4).</returns>
    public static ImageAxes Of(OnnxGraph graph, ValueInfo image)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(image);
        // which axis of the image each axis of a value is
        var orders = new Dictionary<string, int[]>(StringComparer.Ordinal) { [image.Name] = [0, 1, 2, 3] };
        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.Select(orders.GetValueOrDefault).FirstOrDefault(static o => o is not null) is not { } order) continue;
            if (s_channelsSecond.Contains(node.OpType)) return new ImageAxes(order[1], order[2], order[3]);
            if (node.OpType == "Transpose") orders[node.Outputs[0]] = [.. NodeConstants.Permutation(node, 4).Select(axis => order[axis])];
            else if (ShapeRules.IsElementwise(node.OpType) || node.OpType is "Pad" or "Dropout" or "Resize" or "Upsample" or "Slice")
                orders[node.Outputs[0]] = order;
        }

        return image.Shape is { Rank: 4 } shape && !LooksLikeChannels(shape[1]) && LooksLikeChannels(shape[3]) ? Nhwc : Nchw;
    }

    /// <summary>Writes a size as the shape of some images in this order.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="channels">Channels of each.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Four sizes.</returns>
    public int[] Shape(int count, int channels, int height, int width)
    {
        var shape = new int[4];
        (shape[0], shape[Channels], shape[Rows], shape[Columns]) = (count, channels, height, width);
        return shape;
    }

    /// <summary>Copies one image of this order into another order.</summary>
    /// <param name="image">Its values.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="order">The wanted order.</param>
    /// <param name="destination">Receives the values; of the same length.</param>
    /// <exception cref="ArgumentException">The values do not make whole channels of that size, or the lengths differ.</exception>
    public void Copy(ReadOnlySpan<float> image, int height, int width, ImageAxes order, Span<float> destination)
    {
        if (image.Length % (height * width) != 0 || destination.Length != image.Length)
        {
            throw new ArgumentException(
                $"{image.Length} values of {height}x{width} and room for {destination.Length} came; whole channels and room for as many were wanted.");
        }

        var channels = image.Length / (height * width);
        var (from, to) = (Steps(channels, height, width), order.Steps(channels, height, width));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (source, target) = ((y * from.Row) + (x * from.Column), (y * to.Row) + (x * to.Column));
                for (var c = 0; c < channels; c++) destination[target + (c * to.Channel)] = image[source + (c * from.Channel)];
            }
        }
    }

    /// <summary>Names the axes in their order, such as N,H,W,C.</summary>
    /// <returns>Four letters.</returns>
    public override string ToString()
    {
        var (channels, rows) = (Channels, Rows);
        return string.Join(',', Enumerable.Range(0, 4).Select(axis => axis == 0 ? 'N' : axis == channels ? 'C' : axis == rows ? 'H' : 'W'));
    }

    /// <summary>How far apart neighbours along each axis lie in one image.</summary>
    private (int Channel, int Row, int Column) Steps(int channels, int height, int width)
    {
        var shape = Shape(1, channels, height, width);
        int Step(int axis) => shape.Skip(axis + 1).Aggregate(1, static (product, size) => product * size);
        return (Step(Channels), Step(Rows), Step(Columns));
    }

    private static bool LooksLikeChannels(Dim dim) => dim is { IsKnown: true, Size: 1 or 3 or 4 };
}
