"""
The reverse walk by hand: plain loops in numpy, no autograd, no transposed convolution from a library. Rules from Zeiler and Fergus 2013, section 2.1
(`paper`: the signal is rectified at every rectifier, pooling is undone by switches, contrast normalisation passes on, filters transposed, no bias) and
Springenberg et al. 2015 (`guided`: rectified signal where the forward input was positive).
"""
import itertools

import numpy as np

from windows import pool_counts, window_of

RECTIFIERS = ("Relu", "LeakyRelu", "Clip")


def unbroadcast(signal, shape):
    while signal.ndim > len(shape):
        signal = signal.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and signal.shape[axis] != 1:
            signal = signal.sum(axis=axis, keepdims=True)
    return signal


def conv(node, v, g):
    x, w, window, groups = v[node.inputs[0]], v[node.inputs[1]], window_of(node, v), node.get("group", 1)
    result = np.zeros(x.shape)
    maps = w.shape[0] // groups
    for n, o, place, c, offset in itertools.product(
            range(x.shape[0]), range(w.shape[0]), list(window.places()), range(w.shape[1]), list(window.offsets())):
        at = window.at(place, offset)
        if window.inside(at):
            result[(n, o // maps * w.shape[1] + c) + at] += g[(n, o) + place] * w[(o, c) + offset]
    return {0: result}


def switches(node, v):
    """For each output the input position of its maximum: the first in row-major order among equals."""
    x, window = v[node.inputs[0]], window_of(node, v)
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
    counts, result = pool_counts(node, window), np.zeros(x.shape)
    for n, c, place, offset in itertools.product(range(x.shape[0]), range(x.shape[1]), list(window.places()), list(window.offsets())):
        at = window.at(place, offset)
        if window.inside(at):
            result[(n, c) + at] += g[(n, c) + place] / counts[place]
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
        axes = tuple(int(a) % x.ndim for a in v[node.inputs[1]]) if len(node.inputs) > 1 else tuple(range(x.ndim))
    kept = [1 if a in axes else size for a, size in enumerate(x.shape)]
    return {0: np.broadcast_to(g.reshape(kept), x.shape) / np.prod([x.shape[a] for a in axes])}


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
    "Gemm": gemm,
    "MatMul": lambda n, v, g: {0: g @ np.swapaxes(v[n.inputs[1]], -1, -2)},
    "Flatten": same_shape,
    "Reshape": same_shape,
    "Squeeze": same_shape,
    "Unsqueeze": same_shape,
    "Dropout": same_shape,
    "Identity": same_shape,
    "LRN": same_shape,
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
        low, high = ([v[i] if i else None for i in node.inputs[1:]] + [None, None])[:2]
        return (low is None or x > low) * np.ones(x.shape) * (high is None or x < high)
    return np.where(x > 0, 1.0, node.get("alpha", 0.01) if node.op == "LeakyRelu" else 0.0)


def answers(node, v, g, preset, overlap):
    if node.op in RECTIFIERS:
        if preset == "gradient":
            return {0: g * slope(node, v)}
        return {0: np.maximum(g, 0) * (v[node.inputs[0]] > 0 if preset == "guided" else 1)}
    return unpool(node, v, g, overlap) if node.op == "MaxPool" else RULES[node.op](node, v, g)


def reverse(nodes, values, seeds, target, preset, overlap="sum"):
    """The signal that arrives at the target."""
    v = {name: value.detach().numpy() for name, value in values.items()}
    signals = {name: seed.numpy() for name, seed in seeds.items()}
    for node in reversed(nodes):
        if node.outputs[0] not in signals:
            continue
        for place, part in answers(node, v, signals[node.outputs[0]], preset, overlap).items():
            name = node.inputs[place]
            signals[name] = signals[name] + part if name in signals else part
    return signals.get(target)
