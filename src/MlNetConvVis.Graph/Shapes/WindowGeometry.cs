namespace MlNetConvVis.Graph.Shapes;

/// <summary>
/// How a convolution or pooling window moves over its input: the attributes <c>kernel_shape</c>, <c>strides</c>, <c>dilations</c>, <c>pads</c>,
/// <c>auto_pad</c> and <c>ceil_mode</c> of ONNX's Conv, MaxPool and AveragePool, worked out for given spatial sizes. That of a ConvTranspose is the
/// convolution it is the transpose of: <c>InputSizes</c> are what goes out of the node, <c>OutputSizes</c> what comes in.
/// </summary>
/// <param name="Kernel">Window size an axis.</param>
/// <param name="Strides">Step an axis.</param>
/// <param name="Dilations">Distance between window elements an axis.</param>
/// <param name="PadsBegin">Padding before each axis.</param>
/// <param name="PadsEnd">Padding behind each axis.</param>
/// <param name="InputSizes">Spatial sizes that come in.</param>
/// <param name="OutputSizes">Spatial sizes that go out.</param>
public sealed record WindowGeometry(
    IReadOnlyList<long> Kernel,
    IReadOnlyList<long> Strides,
    IReadOnlyList<long> Dilations,
    IReadOnlyList<long> PadsBegin,
    IReadOnlyList<long> PadsEnd,
    IReadOnlyList<long> InputSizes,
    IReadOnlyList<long> OutputSizes)
{
    /// <summary>Gets the number of spatial axes.</summary>
    public int Rank => Kernel.Count;

    /// <summary>Gets the pads as ONNX writes them: all begins, then all ends.</summary>
    public long[] Pads => [.. PadsBegin, .. PadsEnd];

    /// <summary>How far neighbouring windows reach along an axis, from the first element of the first to the last of the last.</summary>
    internal long Reach(int axis, long windows) => ((windows - 1) * Strides[axis]) + (Dilations[axis] * (Kernel[axis] - 1)) + 1;

    /// <summary>How far the last window along an axis reaches past the input.</summary>
    /// <param name="axis">The axis.</param>
    /// <returns>The places behind the last of the input; negative where the last window ends before it.</returns>
    public long Overhang(int axis) => Reach(axis, OutputSizes[axis]) - PadsBegin[axis] - InputSizes[axis];

    /// <summary>Every position in a window, in row-major order.</summary>
    internal IEnumerable<long[]> Offsets() => Kernel.Aggregate(
        (IEnumerable<long[]>)[[]],
        static (offsets, size) => offsets.SelectMany(o => Enumerable.Range(0, (int)size).Select(k => (long[])[.. o, k])));

    /// <summary>Works out the geometry of a node.</summary>
    /// <param name="node">A Conv, ConvTranspose, MaxPool or AveragePool.</param>
    /// <param name="input">The shape that comes in, [N, C, spatial axes].</param>
    /// <param name="weights">The shape of the weights, or null for pools.</param>
    /// <returns>The geometry.</returns>
    /// <exception cref="GraphException">A spatial size is free, attributes contradict, or the window does not fit.</exception>
    public static WindowGeometry Of(OnnxNode node, TensorShape input, TensorShape? weights = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(input);
        var sizes = Enumerable.Range(2, Math.Max(0, input.Rank - 2)).Select(input.Known).ToArray();
        var kernel = node.Attributes.Ints("kernel_shape") ?? weights?.Dims.Skip(2).Select(static d => d.Size).ToArray()
            ?? throw new GraphException($"{node.OpType} node '{node.Label}' states no kernel_shape.");
        var strides = node.Attributes.Ints("strides") ?? Ones(kernel.Length);
        var dilations = node.Attributes.Ints("dilations") ?? Ones(kernel.Length);
        var fits = kernel.Length == sizes.Length && strides.Length == sizes.Length && dilations.Length == sizes.Length;
        if (fits) RefuseOddNumbers(node, kernel, strides, dilations);
        var pads = fits ? ExplicitPads(node, sizes, kernel, strides, dilations) : node.Attributes.Ints("pads") ?? [];
        if (!fits || pads.Length != 2 * sizes.Length)
        {
            throw new GraphException(
                $"{node.OpType} node '{node.Label}' has kernel_shape [{string.Join(',', kernel)}], strides [{string.Join(',', strides)}], " +
                $"dilations [{string.Join(',', dilations)}] and pads [{string.Join(',', pads)}], but its input {input} has {sizes.Length} spatial axes.");
        }

        if (pads.Any(static p => p is < 0 or > int.MaxValue))
            throw new GraphException($"{node.OpType} node '{node.Label}' has pads [{string.Join(',', pads)}]; 0 to {int.MaxValue} can be used.");
        var (begin, end) = (pads[..sizes.Length], pads[sizes.Length..]);
        if (node.OpType == "ConvTranspose") return Transposed(node, sizes, kernel, strides, dilations, begin, end);
        var ceil = node.Attributes.Int("ceil_mode", 0) == 1;
        var output = sizes.Select((size, a) => OutputSize(node, size, kernel[a], strides[a], dilations[a], begin[a], end[a], ceil)).ToArray();
        var window = new WindowGeometry(kernel, strides, dilations, begin, end, sizes, output);
        return node.OpType == "Conv" || Enumerable.Range(0, sizes.Length).All(window.AlwaysMeetsInput) ? window : throw new GraphException(
            $"{node.OpType} node '{node.Label}' has dilations [{string.Join(',', dilations)}] and pads [{string.Join(',', pads)}], " +
            $"so that some windows meet nothing of {input} but padding. Use a larger image.");
    }

    /// <summary>
    /// Gets the rows a ConvTranspose must add at the end of each axis so that it restores the size its Conv was given: Conv floors
    /// (size + pads - dilation*(kernel-1) - 1) / stride, and the remainder is what it dropped.
    /// </summary>
    /// <returns>One number an axis, each smaller than the stride.</returns>
    public long[] OutputPadding() =>
        [.. InputSizes.Select((size, a) => (size + PadsBegin[a] + PadsEnd[a] - (Dilations[a] * (Kernel[a] - 1)) - 1) % Strides[a])];

    /// <summary>
    /// Whether every window along an axis holds an element of the input. Only dilated ones may not: of others the padding is smaller than the window, or
    /// there are more of them than memory takes.
    /// </summary>
    private bool AlwaysMeetsInput(int a)
    {
        if (Dilations[a] == 1) return true;
        for (var p = 0L; p < OutputSizes[a] && (p * Strides[a]) < PadsBegin[a]; p++)
        {
            var missing = PadsBegin[a] - (p * Strides[a]);
            var element = (missing + Dilations[a] - 1) / Dilations[a];      // the first that lies behind the padding
            if (element >= Kernel[a] || (element * Dilations[a]) - missing >= InputSizes[a]) return false;
        }

        return ((OutputSizes[a] - 1) * Strides[a]) - PadsBegin[a] < InputSizes[a];
    }

    /// <summary>
    /// A ConvTranspose as the convolution that it is the transpose of: what goes out of the node comes into that convolution. ONNX: size =
    /// stride*(size - 1) + output_padding + dilation*(kernel - 1) + 1 - pads; <c>output_shape</c> and <c>auto_pad</c> state the size and leave the pads open.
    /// </summary>
    private static WindowGeometry Transposed(OnnxNode node, long[] sizes, long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end)
    {
        var extra = node.Attributes.Ints("output_padding") ?? new long[sizes.Length];
        var same = node.Attributes.Text("auto_pad", "NOTSET") is "SAME_UPPER" or "SAME_LOWER";
        var wanted = node.Attributes.Ints("output_shape")?.TakeLast(sizes.Length).ToArray()
            ?? (same ? [.. sizes.Select((size, a) => size * strides[a])] : null);
        var full = sizes.Select((size, a) => (strides[a] * (size - 1)) + extra[a] + (dilations[a] * (kernel[a] - 1)) + 1).ToArray();
        if (wanted is not null)
        {
            var lower = node.Attributes.Text("auto_pad", "NOTSET") != "SAME_UPPER";
            long[] total = [.. full.Select((size, a) => Math.Max(0, size - wanted[a]))];
            begin = [.. total.Select(t => lower ? t - (t / 2) : t / 2)];
            end = [.. total.Select((t, a) => t - begin[a])];
        }

        long[] outputs = [.. full.Select((size, a) => size - begin[a] - end[a])];
        return outputs.All(static o => o > 0) ? new WindowGeometry(kernel, strides, dilations, begin, end, outputs, sizes) : throw new GraphException(
            $"ConvTranspose node '{node.Label}' has pads [{string.Join(',', begin)},{string.Join(',', end)}] that leave nothing of " +
                $"[{string.Join(',', full)}]. Use a larger image.");
    }

    private static void RefuseOddNumbers(OnnxNode node, long[] kernel, long[] strides, long[] dilations)
    {
        if (kernel.Concat(strides).Concat(dilations).Any(static v => v is < 1 or > int.MaxValue))
        {
            throw new GraphException($"{node.OpType} node '{node.Label}' has kernel [{string.Join(',', kernel)}], strides [{string.Join(',', strides)}] and " +
                $"dilations [{string.Join(',', dilations)}]; each must be 1 or more, and none above {int.MaxValue}.");
        }
    }

    private static long[] Ones(int count) => Enumerable.Repeat(1L, count).ToArray();

    /// <summary>Gives explicit pads; <c>auto_pad</c> SAME_* keeps ceil(size / stride), the odd element going to the end (UPPER) or the beginning
    /// (LOWER).</summary>
    private static long[] ExplicitPads(OnnxNode node, long[] sizes, long[] kernel, long[] strides, long[] dilations)
    {
        var mode = node.Attributes.Text("auto_pad", "NOTSET");
        if (mode is "NOTSET" or "") return node.Attributes.Ints("pads") ?? new long[2 * kernel.Length];
        if (mode == "VALID" || (node.OpType == "ConvTranspose" && mode is "SAME_UPPER" or "SAME_LOWER")) return new long[2 * kernel.Length];
        if (mode is not ("SAME_UPPER" or "SAME_LOWER"))
            throw new GraphException($"{node.OpType} node '{node.Label}' has auto_pad '{mode}'; NOTSET, VALID, SAME_UPPER or SAME_LOWER was wanted.");
        var totals = sizes.Select((size, a) =>
            Math.Max(0, ((((size + strides[a] - 1) / strides[a]) - 1) * strides[a]) + (dilations[a] * (kernel[a] - 1)) + 1 - size)).ToArray();
        var less = totals.Select(static t => t / 2);
        var more = totals.Select(static t => t - (t / 2));
        return mode == "SAME_UPPER" ? [.. less, .. more] : [.. more, .. less];
    }

    private static long OutputSize(OnnxNode node, long size, long kernel, long stride, long dilation, long begin, long end, bool ceil)
    {
        var room = size + begin + end - (dilation * (kernel - 1)) - 1;
        if (room < 0 && !(ceil && room > -stride))      // with ceil_mode one window may reach over the end of a smaller image
        {
            throw new GraphException($"{node.OpType} node '{node.Label}' has a window of {(dilation * (kernel - 1)) + 1}, " +
                $"but its input is only {size + begin + end} with padding. Use a larger image.");
        }

        if (!ceil) return (room / stride) + 1;
        var steps = ((room + stride - 1) / stride) + 1;
        return (steps - 1) * stride >= size + begin ? steps - 1 : steps;      // a window that would start in the end padding is dropped
    }
}
