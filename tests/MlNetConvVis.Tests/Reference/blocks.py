"""The pieces that random networks are put together from: every operator and attribute that a projection goes through, in random arrangement."""
import math

from draft import Rejected


def halvings(fan_in):
    """So that a sum of that many products of drawn numbers stays near one."""
    return max(0, round(math.log2(math.sqrt(max(fan_in, 1) / 3))))


def whole_pads(d, kernel, dilations):
    """Pads that keep the size under stride one: the whole extent but one, split anyhow."""
    total = [(k - 1) * step for k, step in zip(kernel, dilations)]
    begin = [d.random.below(t + 1) if d.random.chance(30) else t // 2 for t in total]
    return begin + [t - b for t, b in zip(total, begin)]


def window(d, kernel, dilations, keep, most_pad):
    """Padding of any kind, and strides."""
    attributes = {}
    if any(step > 1 for step in dilations):
        attributes["dilations"] = dilations
    if keep:
        mode = d.random.among("pads", "pads", "SAME_UPPER", "SAME_LOWER")
        attributes |= {"pads": whole_pads(d, kernel, dilations)} if mode == "pads" else {"auto_pad": mode}
        return attributes
    if d.random.chance(45):
        attributes["strides"] = [d.random.among(1, 2, 2, 3), d.random.among(1, 2, 2, 3)]
    mode = d.random.among("none", "even", "uneven", "end", "SAME_UPPER", "SAME_LOWER", "VALID")
    if mode == "even":
        pads = [min(most, d.random.below(3)) for most in most_pad]
        attributes["pads"] = pads + pads
    elif mode == "uneven":
        attributes["pads"] = [min(most, d.random.below(3)) for most in most_pad * 2]
    elif mode == "end":
        attributes["pads"] = [0, 0] + [min(most, 1) for most in most_pad]
    elif mode != "none":
        attributes["auto_pad"] = mode
    return attributes


def conv(d, x, maps=None, keep=False, kernel=None):
    channels = d.shape(x)[1]
    kernel = kernel or d.random.among([3, 3], [3, 3], [1, 1], [2, 2], [1, 3], [3, 2], [5, 5], [4, 3])
    dilations = [d.random.among(1, 2, 3), d.random.among(1, 2)] if d.random.chance(20) and max(kernel) > 1 else [1, 1]
    maps = maps or 2 + d.random.below(7)
    groups = [g for g in range(1, channels + 1) if channels % g == 0 and maps % g == 0]
    group = groups[-1] if d.random.chance(25) else d.random.among(*groups) if d.random.chance(25) else 1
    attributes = window(d, kernel, dilations, keep, [2, 2])
    if group > 1:
        attributes["group"] = group
    if d.random.chance(60):
        attributes["kernel_shape"] = kernel
    inputs = [x, d.drawn("w", "signed", [maps, channels // group] + kernel, halvings(channels // group * kernel[0] * kernel[1]))]
    if d.random.chance(75):
        inputs.append(d.drawn("b", "signed", [maps], 1))
    return d.add("Conv", inputs, **attributes)


def batch_norm(d, x):
    c = [d.shape(x)[1]]
    return d.add("BatchNormalization", [x, d.drawn("s", "signed", c), d.drawn("b", "signed", c, 1), d.drawn("b", "signed", c, 1), d.drawn("v", "positive", c)],
                 epsilon=d.random.among(1e-3, 0.01))


def clip(d, x, low, high):
    if d.opset < 11:
        return d.add("Clip", [x], **({} if low is None else {"min": low}), **({} if high is None else {"max": high}))
    limits = ["" if bound is None else d.scalar("f", bound) for bound in (low, high)]
    return d.add("Clip", [x, *limits[:1 if high is None else 2]])


def rectifier(d, x):
    kind = d.random.among("Relu", "Relu", "Relu", "LeakyRelu", "PRelu", "Clip", "Elu")
    if kind == "Elu":
        return d.add(kind, [x], **({} if d.random.chance(50) else {"alpha": 0.5}))
    if kind == "LeakyRelu":
        return d.add(kind, [x], alpha=d.random.among(0.1, 0.25, 0.01))
    if kind == "PRelu":
        rank, channels = len(d.shape(x)), d.shape(x)[1]
        slopes = d.random.among([1], [channels] + [1] * (rank - 2)) if rank > 2 else d.random.among([1], [channels])
        return d.add(kind, [x, d.drawn("s", "signed", slopes, 1)])
    return clip(d, x, *d.random.among((0.0, 6.0), (0.0, 1.0), (-0.5, 0.75), (0.0, None), (None, 0.5))) if kind == "Clip" else d.add(kind, [x])


def gate(d, x):
    """What is no rectifier: the derivative under every preset."""
    kind = d.random.among("Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "swish", "quotient")
    if kind == "HardSigmoid":
        return d.add(kind, [x], **({} if d.random.chance(50) else {"alpha": 0.75, "beta": 0.25}))
    if kind == "HardSwish" and d.opset >= 14:
        return d.add(kind, [x])
    if kind == "quotient":      # x / (1 + sigmoid(x))
        return d.add("Div", [x, d.add("Add", [d.add("Sigmoid", [x]), d.scalar("f", 1.0)])])
    return d.add("Mul", [x, d.add("Sigmoid", [x])]) if kind in ("swish", "HardSwish") else d.add(kind, [x])


def activation(d, x):
    return rectifier(d, x) if d.random.chance(80) else gate(d, x)


def lrn(d, x):
    return d.add("LRN", [x], size=d.random.among(3, 5), alpha=d.random.among(0.5, 1.0), beta=d.random.among(0.75, 0.5), bias=d.random.among(1.0, 2.0))


def dropout(d, x):
    return d.add("Dropout", [x], **({"ratio": 0.5} if d.opset < 12 else {}))


def convolved(d, x):
    x = conv(d, x)
    if d.random.chance(35):
        x = batch_norm(d, x)
    x = activation(d, x)
    return lrn(d, x) if d.random.chance(25) else dropout(d, x) if d.random.chance(15) else x


def separable(d, x):
    channels = d.shape(x)[1]
    shape = d.random.among([3, 3], [3, 1], [5, 5])
    x = d.add("Conv", [x, d.drawn("w", "signed", [channels, 1] + shape, halvings(shape[0] * shape[1]))], group=channels, kernel_shape=shape,
              **window(d, shape, [1, 1], d.random.chance(60), [2, 2]))
    x = rectifier(d, batch_norm(d, x) if d.random.chance(50) else x)
    return batch_norm(d, conv(d, x, kernel=[1, 1], keep=True))


def max_pool(d, x):
    kernel = [d.random.among(2, 2, 3, 3, 4), d.random.among(2, 2, 3, 3)]
    dilations = [d.random.among(1, 2), d.random.among(1, 2)] if d.opset >= 10 and d.random.chance(20) else [1, 1]
    attributes = window(d, kernel, dilations, False, [k - 1 for k in kernel])
    if d.opset >= 10 and "auto_pad" not in attributes and d.random.chance(35):
        attributes["ceil_mode"] = 1
    return d.add("MaxPool", [x], kernel_shape=kernel, **attributes)


def average_pool(d, x):
    kernel = [d.random.among(2, 3), d.random.among(2, 3)]
    attributes = window(d, kernel, [1, 1], False, [k - 1 for k in kernel])
    if d.random.chance(50):
        attributes["count_include_pad"] = d.random.below(2)
    if d.opset >= 10 and "auto_pad" not in attributes and d.random.chance(35):
        attributes["ceil_mode"] = 1
    return d.add("AveragePool", [x], kernel_shape=kernel, **attributes)


def residual(d, x):
    channels = d.shape(x)[1]
    y = rectifier(d, conv(d, x, keep=True))
    if d.random.chance(30):
        y, channels = conv(d, y, keep=True), d.shape(y)[1]
        x = conv(d, x, d.shape(y)[1], keep=True, kernel=[1, 1])
    else:
        y = conv(d, y, channels, keep=True)
        y = batch_norm(d, y) if d.random.chance(50) else y
    kind = d.random.among("Add", "Add", "Sum", "Sum3", "Sub")
    y = d.add("Sum", [x, y, d.drawn("b", "signed", [1, d.shape(y)[1], 1, 1], 1)]) if kind == "Sum3" else d.add(kind, [y, x])
    return rectifier(d, y) if d.random.chance(70) else y


def dense(d, x):
    parts = [x]
    for _ in range(1 + d.random.below(2)):
        y = d.add("Concat", list(parts), axis=1) if len(parts) > 1 else parts[0]
        parts.append(activation(d, conv(d, y, 2 + d.random.below(3), keep=True)))
    if d.random.chance(25):
        parts.append(d.add("AveragePool", [x], kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=d.random.below(2)))
    return d.add("Concat", parts, axis=1)


def pooled(d, x, keep=True):
    """[N,C,1,1], or [N,C]."""
    kind = d.random.among("GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum")
    if kind.startswith("Global"):
        y = d.add(kind, [x])
        return y if keep else flat(d, y)
    y = reduced(d, kind, x, d.random.among([2, 3], [-1, -2], [-1, 2]), keep)
    return d.add("Mul", [y, d.scalar("s", 1 / 32)]) if kind == "ReduceSum" else y


def reduced(d, op, x, axes, keep):
    attributes = {"keepdims": int(keep)} if not keep or d.random.chance(50) else {}
    return d.add(op, [x], axes=axes, **attributes) if d.opset < (18 if op == "ReduceMean" else 13) else d.add(op, [x, d.longs(*axes)], **attributes)


def squeeze_excite(d, x):
    """A gate computed from the whole image, as in squeeze-and-excitation."""
    channels, few = d.shape(x)[1], 2 + d.random.below(3)
    if d.random.chance(50):
        g = d.add("Relu", [conv(d, pooled(d, x), few, kernel=[1, 1], keep=True)])
        g = conv(d, g, channels, kernel=[1, 1], keep=True)
    else:
        g = d.add("Relu", [gemm(d, pooled(d, x, keep=False), few)])
        g = gemm(d, g, channels)
    g = d.add(d.random.among("Sigmoid", "HardSigmoid"), [g])
    if len(d.shape(g)) == 2:
        g = unsqueezed(d, g, [2, 3]) if d.random.chance(50) else d.add("Reshape", [g, d.longs(0, -1, 1, 1)])
    return d.add("Mul", d.random.among([x, g], [g, x]))


def squeezed(d, x, axes):
    return d.add("Squeeze", [x], axes=axes) if d.opset < 13 else d.add("Squeeze", [x, d.longs(*axes)])


def unsqueezed(d, x, axes):
    return d.add("Unsqueeze", [x], axes=axes) if d.opset < 13 else d.add("Unsqueeze", [x, d.longs(*axes)])


def shuffle(d, x):
    _, channels, height, width = d.shape(x)
    groups = [g for g in range(2, channels) if channels % g == 0]
    if not groups:
        raise Rejected
    group = d.random.among(*groups)
    x = d.add("Reshape", [x, d.longs(0, group, channels // group, height, width)])
    x = d.add("Transpose", [x], perm=[0, 2, 1, 3, 4])
    return d.add("Reshape", [x, d.longs(0, -1, height, width)])


def split(d, x):
    """Parts that go different ways; one may be left unused."""
    channels = d.shape(x)[1]
    if channels < 3:
        raise Rejected
    first = 1 + d.random.below(channels - 1)
    sizes = [first, channels - first]
    if sizes[0] == sizes[1] and d.random.chance(70):
        a, b = d.add("Split", [x], 2, axis=1, **({"num_outputs": 2} if d.opset >= 18 else {}))
    else:
        a, b = d.add("Split", [x], 2, axis=1, split=sizes) if d.opset < 13 else d.add("Split", [x, d.longs(*sizes)], 2, axis=1)
    if d.random.chance(15):
        return rectifier(d, b)
    if sizes[0] == sizes[1] and d.random.chance(40):
        return d.add("Mul", [a, d.add("Sigmoid", [b])])
    return d.add("Concat", [rectifier(d, b), a], axis=1)


def slice_(d, x):
    channels, height, width = d.shape(x)[1:]
    kind = d.random.among("crop", "channels", "steps", "backwards", "focus")
    if kind == "crop":
        return cut(d, x, [1, 0], [height, -1 if width > 3 else width], [2, 3])
    if kind == "channels":
        first = d.random.below(channels)
        return cut(d, x, [first], [9223372036854775807], [1])
    if d.opset < 10:
        raise Rejected
    if kind == "steps":
        return cut(d, x, [d.random.below(2), 0], [height, width], [2, 3], [2, d.random.among(1, 2)])
    if kind == "backwards":
        return cut(d, x, [-1], [-1000], [d.random.among(2, 3, -1)], [-1])
    parts = [cut(d, x, [a, b], [height // 2 * 2, width // 2 * 2], [2, 3], [2, 2]) for a in (0, 1) for b in (0, 1)]
    return conv(d, d.add("Concat", parts, axis=1), keep=True)


def cut(d, x, starts, ends, axes, steps=None):
    if d.opset < 10:
        return d.add("Slice", [x], starts=starts, ends=ends, axes=axes)
    inputs = [x, d.longs(*starts), d.longs(*ends), d.longs(*axes)]
    return d.add("Slice", inputs + ([d.longs(*steps)] if steps else []))


def pad(d, x):
    """With zeros, a value, of channels too, or cutting."""
    pads = d.random.among([0, 0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0, 1, 2], [0, 1, 0, 0, 0, 1, 0, 0], [0, 0, 2, 0, 0, 0, 0, 1], [0, 0, -1, 1, 0, 0, 0, -1])
    if min(pads) < 0 and min(d.shape(x)[2:]) < 3:
        raise Rejected
    if d.opset < 11:
        return d.add("Pad", [x], pads=pads, **({"value": 0.5} if d.random.chance(30) else {}))
    return d.add("Pad", [x, d.longs(*pads)] + ([d.scalar("b", 0.5)] if d.random.chance(30) else []))


def constants(d, x):
    channels = d.shape(x)[1]
    shape = d.random.among([channels, 1, 1], [1, channels, 1, 1], [1], [1, 1, 1, 1])
    kind = d.random.among("Mul", "Div", "Add", "Sub", "from", "Sum")
    if kind == "Mul":
        return d.add("Mul", d.random.among([x, d.drawn("s", "signed", shape)], [d.drawn("s", "signed", shape), x]))
    if kind == "Div":
        return d.add("Div", [x, d.drawn("v", "positive", shape)])
    bias = d.drawn("b", "signed", shape)
    return d.add("Sub", [bias, x]) if kind == "from" else d.add(kind, [bias, x] if kind == "Add" and d.random.chance(50) else [x, bias])


def channels_last(d, x):
    """Channels at the end for a while, as Keras has them."""
    y = d.add("Transpose", [x], perm=[0, 2, 3, 1])
    channels = d.shape(y)[3]
    kind = d.random.among("MatMul", "Add", "Softmax", "Relu")
    if kind == "MatMul":
        y = d.add("MatMul", [y, d.drawn("w", "signed", [channels, 2 + d.random.below(5)], halvings(channels))])
    elif kind == "Add":
        y = d.add("Add", [y, d.drawn("b", "signed", [channels], 1)])
    elif kind == "Softmax":
        y = d.add("Mul", [y, d.add("Softmax", [y], axis=3)])
    else:
        y = d.add("Relu", [y])
    return d.add("Transpose", [y], perm=[0, 3, 1, 2])


def passing(d, x):
    kind = d.random.among("Identity", "Dropout", "Cast", "axes", "Flatten")
    if kind == "axes":
        axis = d.random.among(1, 2, 4)
        return squeezed(d, unsqueezed(d, x, [axis]), [axis])
    if kind == "Flatten":
        shape = d.shape(x)
        return d.add("Reshape", [d.add("Flatten", [x], axis=d.random.among(1, 1, 2)), d.longs(-1, *shape[1:])])
    return dropout(d, x) if kind == "Dropout" else d.add(kind, [x], **({"to": 1} if kind == "Cast" else {}))


def attention(d, x):
    """A softmax over channels inside the network."""
    if d.opset < 13:
        raise Rejected
    return d.add("Mul", [x, d.add("Softmax", [x], axis=1)])


BODY = [convolved] * 8 + [separable] * 2 + [max_pool] * 5 + [average_pool] * 3 + [residual] * 3 + [dense] * 3 + [squeeze_excite] * 2 + [
    shuffle, split, split, slice_, slice_, pad, constants, constants, channels_last, passing, attention]


def flat(d, x):
    shape = d.shape(x)
    kind = d.random.among("Flatten", "Reshape", "rest") if shape[2:] != [1, 1] else d.random.among("Flatten", "Reshape", "Squeeze")
    if kind == "Squeeze":
        return squeezed(d, x, d.random.among([2, 3], [-1, -2]))
    if kind == "rest":
        return d.add("Reshape", [x, d.longs(-1, shape[1] * shape[2] * shape[3])])
    return d.add("Flatten", [x]) if kind == "Flatten" else d.add("Reshape", [x, d.longs(0, -1)])


def gemm(d, x, maps):
    size = d.shape(x)[1]
    kind = d.random.among("transposed", "plain", "scaled", "MatMul", "MatMulAdd")
    weights = d.drawn("w", "signed", [maps, size] if kind in ("transposed", "scaled") else [size, maps], halvings(size))
    if kind.startswith("MatMul"):
        y = d.add("MatMul", [x, weights])
        return d.add("Add", [y, d.drawn("b", "signed", [maps], 1)]) if kind == "MatMulAdd" else y
    attributes = {"transposed": {"transB": 1}, "plain": {}, "scaled": {"transB": 1, "alpha": 0.5, "beta": 2.0}}[kind]
    return d.add("Gemm", [x, weights, d.drawn("b", "signed", d.random.among([maps], [1, maps]), 1)], **attributes)


def head(d, x):
    x = pooled(d, x, keep=d.random.chance(50)) if d.random.chance(55) else x
    if len(d.shape(x)) == 4:
        x = flat(d, x)
    if d.random.chance(45):
        x = rectifier(d, gemm(d, x, 3 + d.random.below(5)))
        x = dropout(d, x) if d.random.chance(40) else x
    x = gemm(d, x, 2 + d.random.below(4))
    return d.add("Softmax", [x], axis=1) if d.random.chance(50) else x
