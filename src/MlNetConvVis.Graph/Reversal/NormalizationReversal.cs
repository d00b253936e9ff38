namespace MlNetConvVis.Graph.Reversal;

/// <summary>Reverses contrast normalisation (LRN) and batch normalisation.</summary>
internal static class NormalizationReversal
{
    /// <summary>
    /// LRN is y = x * s^-beta with s = bias + alpha/size * (sum of x^2 over a window of channels), so
    /// dx = g * s^-beta - 2 * alpha * beta / size * x * (sum over the mirrored window of g * x * s^(-beta-1)).
    /// </summary>
    public static Value LrnDerivative(ReversalStep s)
    {
        var (build, x, node) = (s.Build, s.Input(0), s.Node);
        var size = node.Attributes.Int("size", 1);
        var (alpha, beta, bias) = (node.Attributes.Float("alpha", 1e-4f), node.Attributes.Float("beta", 0.75f), node.Attributes.Float("bias", 1));
        var (before, after) = ((size - 1) / 2, size / 2);
        var scale = build.Add(build.Scalar(bias), build.Mul(build.Scalar(alpha / size), SumOverChannels(s, build.Mul(x, x), before, after)));
        var direct = build.Mul(s.Signal, build.Pow(scale, -beta));
        var spread = SumOverChannels(s, build.Mul(build.Mul(s.Signal, x), build.Pow(scale, -beta - 1)), after, before);
        return build.Sub(direct, build.Mul(build.Scalar(2 * alpha * beta / size), build.Mul(x, spread)));
    }

    /// <summary>
    /// With fixed statistics dx = g * scale / sqrt(var + epsilon). With those of the batch (training_mode) mean and variance depend on x too:
    /// dx = scale / sqrt(var + epsilon) * (g - mean(g) - xhat * mean(g * xhat)), Ioffe and Szegedy 2015, section 3. With xhat = (x - mean) / sqrt(var + epsilon)
    /// that is a * g + b * (x - mean) + c, where a, b and c are numbers of a channel.
    /// </summary>
    public static Value BatchToInput(ReversalStep s)
    {
        var (build, inverse) = (s.Build, InverseDeviation(s));
        var gain = build.Mul(PerChannel(s, s.Input(1)), inverse);
        if (!IsTraining(s)) return build.Mul(s.Signal, gain);
        var (share, centred) = (ShareOfChannel(s), Centred(s));
        var slope = build.Mul(build.Mul(inverse, inverse), build.Mul(SumOfProducts(s), share));
        var direct = build.Sub(build.Mul(s.Signal, gain), build.Mul(gain, build.Mul(SumOfSignal(s), share)));
        return build.Sub(direct, build.Mul(centred, build.Mul(gain, slope)));
    }

    /// <summary>d scale = sum of g * xhat = sum of g * (x - mean), over sqrt(var + epsilon).</summary>
    public static Value BatchToScale(ReversalStep s) => s.Build.Reshape(s.Build.Mul(SumOfProducts(s), InverseDeviation(s)), -1);

    /// <summary>d bias = sum of g.</summary>
    public static Value BatchToBias(ReversalStep s) => s.Build.Reshape(SumOfSignal(s), -1);

    /// <summary>
    /// Instance normalisation takes mean and variance over the places of each channel of each image, so, with n for all those places,
    /// dx = scale / sqrt(var + epsilon) * (g - mean(g) - xhat * mean(g * xhat)).
    /// </summary>
    public static Value InstanceToInput(ReversalStep s)
    {
        var (build, x) = (s.Build, s.Input(0));
        long[] axes = [.. Enumerable.Range(2, s.InputShape(0).Rank - 2).Select(static a => (long)a)];
        var centred = build.Sub(x, build.ReduceMean(x, axes, keep: true));
        var variance = build.ReduceMean(build.Mul(centred, centred), axes, keep: true);
        var inverse = build.Pow(build.Add(variance, build.Scalar(s.Node.Attributes.Float("epsilon", 1e-5f))), -0.5f);
        var normalised = build.Mul(centred, inverse);
        var common = build.Add(
            build.ReduceMean(s.Signal, axes, keep: true),
            build.Mul(normalised, build.ReduceMean(build.Mul(s.Signal, normalised), axes, keep: true)));
        return build.Mul(build.Mul(PerChannel(s, s.Input(1)), inverse), build.Sub(s.Signal, common));
    }

    private static bool IsTraining(ReversalStep s) => s.Node.Attributes.Int("training_mode", 0) == 1;

    /// <summary>The sum of g of each channel. Written the same for the input, the scale and the bias, so that the runtime computes it once.</summary>
    private static Value SumOfSignal(ReversalStep s) => s.Build.ReduceSum(s.Signal, AllButChannels(s), keep: true);

    /// <summary>The sum of g * (x - mean) of each channel, written the same for the input and the scale.</summary>
    private static Value SumOfProducts(ReversalStep s) => s.Build.ReduceSum(s.Build.Mul(s.Signal, Centred(s)), AllButChannels(s), keep: true);

    /// <summary>One over the number of values that a channel has in the batch.</summary>
    private static Value ShareOfChannel(ReversalStep s)
    {
        var (build, shape) = (s.Build, s.InputShape(0));
        var images = build.Cast(build.Node("Shape", [s.Input(0)], OnnxAttributes.Of(("start", 0L), ("end", 1L))), ElementType.Float);
        var places = OnnxTensor.Product(Enumerable.Range(2, shape.Rank - 2).Select(shape.Known));
        return build.Div(build.Scalar(1f / places), images);
    }

    private static Value Centred(ReversalStep s) => s.Build.Sub(s.Input(0), PerChannel(s, Statistic(s, 0)));

    private static Value InverseDeviation(ReversalStep s) => s.Build.Pow(
        s.Build.Add(PerChannel(s, Statistic(s, 1)), s.Build.Scalar(s.Node.Attributes.Float("epsilon", 1e-5f))), -0.5f);

    /// <summary>Mean (0) or variance (1): fixed inputs, or, in training, the outputs that hold those of the batch.</summary>
    private static Value Statistic(ReversalStep s, int which) => IsTraining(s) ? new Value(s.Node.Outputs[1 + which]) : s.Input(3 + which);

    private static Value PerChannel(ReversalStep s, Value vector) =>
        s.Build.Reshape(vector, [1, -1, .. Enumerable.Repeat(1L, s.InputShape(0).Rank - 2)]);

    private static long[] AllButChannels(ReversalStep s) => [0, .. Enumerable.Range(2, s.InputShape(0).Rank - 2).Select(static a => (long)a)];

    /// <summary>Sums over channels c-before … c+after: an average pool with a window over the channel axis, times its size.</summary>
    private static Value SumOverChannels(ReversalStep s, Value x, long before, long after)
    {
        var (build, shape) = (s.Build, s.InputShape(0));
        var size = before + after + 1;
        var planes = build.Reshape(x, -1, 1, shape.Known(1), OnnxTensor.Product(Enumerable.Range(2, shape.Rank - 2).Select(shape.Known)));
        var means = build.Node("AveragePool", [planes], OnnxAttributes.Of(
            ("kernel_shape", new[] { size, 1L }), ("pads", new[] { before, 0L, after, 0L }), ("count_include_pad", 1L)));
        return build.Mul(build.Reshape(means, shape.ForReshape()), build.Scalar(size));
    }
}
