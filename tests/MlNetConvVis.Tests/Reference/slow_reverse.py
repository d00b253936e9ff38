"""
The reverse walk by hand: plain loops in numpy, no autograd, no transposed convolution from a library. Rules from Zeiler and Fergus 2013, section 2.1
(`paper`: the signal is rectified at every rectifier, pooling is undone by switches, contrast normalisation passes on, filters transposed, no bias) and
Springenberg et al. 2015 (`guided`: rectified signal where the forward input was positive). What is no rectifier has its true derivative under every preset.
"""
import itertools

import numpy as np

from forward import limits, longs, slice_ranges
from windows import Window, pool_counts, window_of

RECTIFIERS = ("Relu", "LeakyRelu", "PRelu", "Clip", "Elu")


def unbroadcast(signal, shape):
    while signal.ndim > len(shape):
        signal = signal.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and signal.shape[axis] != 1:
            signal = signal.sum(axis=axis, keepdims=True)
    return signal


def conv(node, v, g):
    x, w, window, groups = v[node.inputs[0]], v[node.inputs[1]], window_of(node, v), node.get("group", 1)
    result, maps, every = np.zeros(x.shape), w.shape[0] // groups, slice(None)
    for place in window.places():
        if not g[(every, every) + place].any():
            continue
        for offset in window.offsets():
            at = window.at(place, offset)
            if not window.inside(at):
                continue
            for group in range(groups):
                own = slice(group * maps, (group + 1) * maps)
                seen = slice(group * w.shape[1], (group + 1) * w.shape[1])
                result[(every, seen) + at] += g[(every, own) + place] @ w[(own, every) + offset]
    return {0: result}


def switches(node, v):
    """For each output the input position of its maximum: the first in row-major order among equals."""
    x = v[node.inputs[0]]
    window = Window(node, x.shape[2:], x.shape[2:]) if node.op == "GlobalMaxPool" else window_of(node, v)
    for n, c in itertools.product(range(x.shape[0]), range(x.shape[1])):
        for place in window.places():
            best = None
            for offset in window.offsets():
                at = window.at(place, offset)
                if window.inside(at) and (best is None or x[(n, c) + at] > x[(n, c) + best]):
                    best = at
            yield (n, c) + place, (n, c) + best


def unpool(node, v, g, overlap):
    result = np.zeros(v[node.inputs[0]].shape)
    named = set()
    for output, at in switches(node, v):
        if overlap == "sum":
            result[at] += g[output]
        elif overlap == "last" or at not in named:
            result[at] = g[output]
        else:
            result[at] = max(result[at], g[output])
        named.add(at)
    return {0: result}


def average_pool(node, v, g):
    x, window = v[node.inputs[0]], window_of(node, v)
    counts, result, every = pool_counts(node, window).reshape(window.outputs), np.zeros(x.shape), slice(None)
    for place, offset in itertools.product(list(window.places()), list(window.offsets())):
        at = window.at(place, offset)
        if window.inside(at):
            result[(every, every) + at] += g[(every, every) + place] / counts[place]
    return {0: result}


def gemm(node, v, g):
    b = v[node.inputs[1]]
    return {0: node.get("alpha", 1.0) * g @ (b if node.get("transB", 0) else b.T)}


def concat(node, v, g):
    ends = np.cumsum([v[i].shape[node.get("axis")] for i in node.inputs])
    return dict(enumerate(np.split(g, ends[:-1], axis=node.get("axis"))))


def mean(node, v, g):
    x = v[node.inputs[0]]
    if node.op == "GlobalAveragePool":
        axes = tuple(range(2, x.ndim))
    else:
        axes = tuple(a % x.ndim for a in longs(node, v, "axes", 1) or range(x.ndim))
    kept = [1 if a in axes else size for a, size in enumerate(x.shape)]
    share = 1 if node.op == "ReduceSum" else np.prod([x.shape[a] for a in axes])
    return {0: np.broadcast_to(g.reshape(kept), x.shape) / share}


def lrn(node, v, g):
    """y_i = x_i * s_i^-beta with s_i = bias + alpha/size * (sum of x_j^2 over the window of i): every dy_i/dx_j, one after the other."""
    x, size = v[node.inputs[0]], node.get("size")
    alpha, beta, bias = node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0)
    result = np.zeros(x.shape)
    for i in range(x.shape[1]):
        window = range(max(0, i - (size - 1) // 2), min(x.shape[1], i + size // 2 + 1))
        s = bias + alpha / size * sum(x[:, j] ** 2 for j in window)
        for j in window:
            result[:, j] += g[:, i] * ((i == j) * s ** -beta - 2 * alpha * beta / size * x[:, i] * x[:, j] * s ** (-beta - 1))
    return {0: result}


def moved(x, g, places):
    """Where an operator only moves elements: its output element came from the input element of this number, or from nowhere (-1)."""
    result = np.zeros(x.size)
    for number, value in zip(places.ravel(), g.ravel()):
        if number >= 0:
            result[number] += value
    return {0: result.reshape(x.shape)}


def numbered(x):
    return np.arange(x.size).reshape(x.shape)


def cut_out(node, v, g):
    x = v[node.inputs[0]]
    return moved(x, g, numbered(x)[np.ix_(*slice_ranges(node, v))])


def pad(node, v, g):
    x, pads = v[node.inputs[0]], longs(node, v, "pads", 1)
    widths = list(zip(pads[:x.ndim], pads[x.ndim:]))
    grown = np.pad(numbered(x), [(max(b, 0), max(e, 0)) for b, e in widths], constant_values=-1)
    return moved(x, g, grown[tuple(slice(max(-b, 0), size - max(-e, 0)) for (b, e), size in zip(widths, grown.shape))])


def tanh(node, v, g):
    return {0: g * (1 - v[node.outputs[0]] ** 2)}


def hard_sigmoid(node, v, g):
    y = node.get("alpha", 0.2) * v[node.inputs[0]] + node.get("beta", 0.5)
    return {0: g * node.get("alpha", 0.2) * ((y > 0) & (y < 1))}


def hard_swish(node, v, g):
    x = v[node.inputs[0]]
    return {0: g * np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x / 3 + 0.5))}


def softmax(node, v, g):
    y, axis = v[node.outputs[0]], node.get("axis", -1)
    return {0: y * (g - (g * y).sum(axis=axis, keepdims=True))}


def batch_norm(node, v, g):
    scale, variance = v[node.inputs[1]], v[node.inputs[4]]
    gain = scale / np.sqrt(variance + node.get("epsilon", 1e-5))
    return {0: g * gain.reshape((1, -1) + (1,) * (g.ndim - 2))}


def product(node, v, g):
    a, b = (v[i] for i in node.inputs)
    return {0: unbroadcast(g * b, a.shape), 1: unbroadcast(g * a, b.shape)}


def quotient(node, v, g):
    a, b = (v[i] for i in node.inputs)
    return {0: unbroadcast(g / b, a.shape), 1: unbroadcast(-g * a / b ** 2, b.shape)}


def difference(node, v, g):
    a, b = (v[i] for i in node.inputs)
    return {0: unbroadcast(g, a.shape), 1: unbroadcast(-g, b.shape)}


def same_shape(node, v, g):
    return {0: g.reshape(v[node.inputs[0]].shape)}


RULES = {
    "Conv": conv,
    "AveragePool": average_pool,
    "GlobalAveragePool": mean,
    "ReduceMean": mean,
    "ReduceSum": mean,
    "Slice": cut_out,
    "Pad": pad,
    "Tanh": tanh,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": hard_swish,
    "Gemm": gemm,
    "MatMul": lambda n, v, g: {0: g @ np.swapaxes(v[n.inputs[1]], -1, -2)},
    "Flatten": same_shape,
    "Reshape": same_shape,
    "Squeeze": same_shape,
    "Unsqueeze": same_shape,
    "Dropout": same_shape,
    "Identity": same_shape,
    "Cast": same_shape,
    "Transpose": lambda n, v, g: {0: g.transpose(np.argsort(n.get("perm", list(range(g.ndim))[::-1])))},
    "Add": lambda n, v, g: {k: unbroadcast(g, v[i].shape) for k, i in enumerate(n.inputs)},
    "Sum": lambda n, v, g: {k: unbroadcast(g, v[i].shape) for k, i in enumerate(n.inputs)},
    "Sub": difference,
    "Mul": product,
    "Div": quotient,
    "Concat": concat,
    "BatchNormalization": batch_norm,
    "Softmax": softmax,
    "Sigmoid": lambda n, v, g: {0: g * v[n.outputs[0]] * (1 - v[n.outputs[0]])},
}


def slope(node, v):
    """The derivative of a rectifier: zero at Clip's limits themselves, as torch.nn.ReLU6 has it."""
    x = v[node.inputs[0]]
    if node.op == "Clip":
        low, high = limits(node, v)
        return (low is None or x > low) * np.ones(x.shape) * (high is None or x < high)
    if node.op == "PRelu":
        return np.where(x > 0, 1.0, v[node.inputs[1]])
    below = {"Relu": 0.0, "LeakyRelu": node.get("alpha", 0.01), "Elu": node.get("alpha", 1.0) * np.exp(np.minimum(x, 0))}
    return np.where(x > 0, 1.0, below[node.op])


def answers(node, v, g, rule):
    if node.op in RECTIFIERS:
        if rule.preset == "gradient":
            return {0: g * slope(node, v)}
        return {0: np.maximum(g, 0) * (v[node.inputs[0]] > 0 if rule.preset == "guided" else 1)}
    if node.op in ("MaxPool", "GlobalMaxPool"):
        return unpool(node, v, g, rule.overlap)
    if node.op == "LRN":
        return lrn(node, v, g) if rule.lrn_derivative else same_shape(node, v, g)
    return RULES[node.op](node, v, g)


class Rule:
    """A preset and its options as one text: `paper`, `guided-max`, `paper-lrn` (the derivative of contrast normalisation), `gradient-activation` (its start)."""

    def __init__(self, text):
        self.preset, *options = text.split("-")
        self.overlap = next((o for o in options if o in ("last", "max")), "sum")
        self.lrn_derivative = self.preset == "gradient" or "lrn" in options
        self.from_activation = "activation" in options or self.preset == "paper" and "one" not in options


def arrived(node, v, signals):
    """The signal at a node's only output; of a Split, those at its parts joined, zero where none came."""
    if len(node.outputs) == 1 or node.op != "Split":
        return signals.get(node.outputs[0])
    if not any(o in signals for o in node.outputs):
        return None
    return np.concatenate([signals.get(o, np.zeros(v[o].shape)) for o in node.outputs], axis=node.get("axis", 0))


def reverse(nodes, values, seeds, target, rule):
    """The signal that arrives at the target, by a rule such as `paper-last`."""
    v = {name: value.detach().numpy() for name, value in values.items()}
    signals, rule = {name: seed.numpy() for name, seed in seeds.items()}, Rule(rule)
    for node in reversed(nodes):
        signal = arrived(node, v, signals)
        if signal is None:
            continue
        for place, part in ({0: signal} if node.op == "Split" else answers(node, v, signal, rule)).items():
            name = node.inputs[place]
            signals[name] = signals[name] + part if name in signals else part
    return signals.get(target)
