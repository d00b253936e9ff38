using MlNetConvVis.Graph;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MlNetConvVis.TorchSharp;

/// <summary>The forward operators in TorchSharp, one operator a row, with ONNX's meaning (opset 18); autograd gives the derivatives.</summary>
internal static class TorchOperators
{
    private static readonly Dictionary<string, Func<OnnxNode, TorchValues, Tensor>> s_table = new(StringComparer.Ordinal)
    {
        ["Conv"] = Conv,
        ["Gemm"] = Gemm,
        ["MatMul"] = static (n, v) => matmul(v.Operand(n, 0), v.Operand(n, 1)),
        ["Add"] = static (n, v) => v[n, 0] + v[n, 1],
        ["Mul"] = static (n, v) => v[n, 0] * v[n, 1],
        ["Relu"] = static (n, v) => relu(v[n, 0]),
        ["LeakyRelu"] = static (n, v) => leaky_relu(v[n, 0], n.Attributes.Float("alpha", 0.01f)),
        ["MaxPool"] = MaxPool,
        ["AveragePool"] = AveragePool,
        ["GlobalAveragePool"] = static (n, v) => v[n, 0].mean([2, 3], keepdim: true),
        ["LRN"] = LocalResponseNormalization,
        ["BatchNormalization"] = BatchNormalization,
        ["Flatten"] = static (n, v) => Flatten(v[n, 0], n.Attributes.Int("axis", 1)),
        ["Concat"] = static (n, v) => cat([.. Enumerable.Range(0, n.Inputs.Count).Select(i => v[n, i])], n.Attributes.Int("axis", 1)),
        ["Dropout"] = static (n, v) => v.Masks.TryGetValue(n.Outputs[0], out var mask) ? v[n, 0] * v.Arithmetic.Like(mask, v[n, 0]) : v[n, 0],
        ["Softmax"] = static (n, v) => softmax(v.Arithmetic.Full(v[n, 0]), n.Attributes.Int("axis", -1)),
        ["Identity"] = static (n, v) => v[n, 0],
    };

    /// <summary>Computes one node.</summary>
    /// <exception cref="GraphException">There is no row for its operator, or its form is not written by specs.</exception>
    public static Tensor Compute(OnnxNode node, TorchValues values) => s_table.TryGetValue(node.OpType, out var compute)
        ? compute(node, values)
        : throw new GraphException($"The TorchSharp engine has no operator '{node.OpType}', which node '{node.Label}' needs. " +
            $"Known: {string.Join(", ", s_table.Keys.Order(StringComparer.Ordinal))}. Train with the ONNX engine instead.");

    private static Tensor Conv(OnnxNode node, TorchValues values)
    {
        var (window, weights, bias) = (TorchWindow.Of(node), values.Operand(node, 1), values.OptionalOperand(node, 2));
        var groups = node.Attributes.Int("group", 1);
        if (values.Arithmetic.InFixedOrder) return TorchWindows.Convolve(window, values.Operand(node, 0), weights, bias, groups);
        var (image, padding) = window.Pad(values.Operand(node, 0), 0);
        return conv2d(image, weights, bias, window.Strides, padding, window.Dilations, groups);
    }

    private static Tensor MaxPool(OnnxNode node, TorchValues values)
    {
        var window = TorchWindow.Of(node);
        if (values.Arithmetic.InFixedOrder) return TorchWindows.Maxima(window, values[node, 0]);
        var (image, padding) = window.Pad(values[node, 0], double.NegativeInfinity);
        return max_pool2d(image, window.Kernel, window.Strides, padding, window.Dilations);
    }

    // Sum over the window by its number of places: those inside the image, or all of them where count_include_pad says so.
    private static Tensor AveragePool(OnnxNode node, TorchValues values)
    {
        var window = TorchWindow.Of(node);
        var (image, padding) = window.Pad(values[node, 0], 0);
        var averages = avg_pool2d(image, window.Kernel, window.Strides, padding);
        if (!window.HasPads || node.Attributes.Int("count_include_pad", 0) == 1) return averages;
        var (inside, insidePadding) = window.Pad(ones_like(values[node, 0][TensorIndex.Slice(0, 1), TensorIndex.Slice(0, 1)]), 0);
        return averages / avg_pool2d(inside, window.Kernel, window.Strides, insidePadding);
    }

    private static Tensor Gemm(OnnxNode node, TorchValues values)
    {
        var (a, b) = (values.Operand(node, 0), values.Operand(node, 1));
        if (node.Attributes.Int("transA", 0) == 1) a = a.t();
        if (node.Attributes.Int("transB", 0) == 1) b = b.t();
        var product = Scaled(matmul(a, b), node.Attributes.Float("alpha", 1));
        return values.OptionalOperand(node, 2) is { } c ? product + Scaled(c, node.Attributes.Float("beta", 1)) : product;
    }

    private static Tensor Scaled(Tensor tensor, float factor) => factor == 1 ? tensor : tensor * factor;

    // y = x / (bias + alpha/size * sum x^2)^beta over channels c - floor((size-1)/2) to c + ceil((size-1)/2); torch's own shifts even sizes.
    // The sums are those of windows over [channels, pixels]: pooling in three dimensions has no fixed order on CUDA.
    private static Tensor LocalResponseNormalization(OnnxNode node, TorchValues values)
    {
        var (given, size) = (values[node, 0], node.Attributes.Int("size", 1));
        var x = values.Arithmetic.Full(given);
        var before = (size - 1) / 2;
        var squares = pad((x * x).flatten(2).unsqueeze(1), [0, 0, before, size - 1 - before]);
        var averages = avg_pool2d(squares, [size, 1], [1, 1]).reshape(x.shape);
        var scale = (averages * node.Attributes.Float("alpha", 1e-4f)) + node.Attributes.Float("bias", 1);
        return values.Arithmetic.Like(x / scale.pow(node.Attributes.Float("beta", 0.75f)), given);
    }

    private static Tensor BatchNormalization(OnnxNode node, TorchValues values) => values.Arithmetic.Like(
        batch_norm(
            values.Arithmetic.Full(values[node, 0]), values[node, 3], values[node, 4], values[node, 1], values[node, 2],
            training: values.StatisticsMomentum is not null,
            momentum: 1 - (values.StatisticsMomentum ?? 1),
            eps: node.Attributes.Float("epsilon", 1e-5f)),
        values[node, 0]);

    private static Tensor Flatten(Tensor x, long axis) => axis == 1
        ? x.flatten(1)
        : throw new GraphException($"The TorchSharp engine flattens at axis 1 (the batch stays), but axis {axis} was asked for.");
}
