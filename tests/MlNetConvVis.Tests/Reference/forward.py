"""Forward values of every operator, by PyTorch; autograd over them in float64 is the `gradient` preset's oracle."""
import torch
import torch.nn.functional as F

from windows import pool_counts, window_of

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


def padded(x, window, value):
    """Pads the end as far as the last window reaches, so that ceil_mode and asymmetric pads need nothing else."""
    pads = []
    for a in reversed(range(len(window.sizes))):
        reach = (window.outputs[a] - 1) * window.strides[a] + window.extent[a] - window.begin[a] - window.sizes[a]
        pads += [window.begin[a], max(reach, window.end[a])]
    return F.pad(x, pads, value=value)


def conv(node, v):
    x, w = v[node.inputs[0]], v[node.inputs[1]]
    window = window_of(node, v)
    bias = v[node.inputs[2]] if len(node.inputs) > 2 else None
    y = CONV[len(window.sizes)](padded(x, window, 0.0), w, bias, window.strides, 0, window.dilations, node.get("group", 1))
    return cut(y, window)


def cut(y, window):
    return y[(slice(None), slice(None)) + tuple(slice(0, n) for n in window.outputs)]


def max_pool(node, v):
    """Values, and indices counted over the whole [N,C,...] tensor without padding, as ONNX counts them."""
    x = v[node.inputs[0]]
    window = window_of(node, v)
    rank = len(window.sizes)
    grown = padded(x, window, float("-inf"))
    y, flat = POOL[rank](grown, window.kernel, window.strides, 0, window.dilations, return_indices=True)
    y, flat = cut(y, window), cut(flat, window)
    places, rest = [], flat
    for a in reversed(range(rank)):
        places.insert(0, rest % grown.shape[2 + a] - window.begin[a])
        rest = rest // grown.shape[2 + a]
    index = torch.arange(x.shape[0] * x.shape[1]).reshape(x.shape[:2] + (1,) * rank)
    for a in range(rank):
        index = index * window.sizes[a] + places[a]
    return y, index


def average_pool(node, v):
    x = v[node.inputs[0]]
    window = window_of(node, v)
    channels = x.shape[1]
    ones = torch.ones([channels, 1] + window.kernel, dtype=x.dtype)
    sums = CONV[len(window.sizes)](padded(x, window, 0.0), ones, None, window.strides, 0, window.dilations, channels)
    return cut(sums, window) / torch.from_numpy(pool_counts(node, window))


def gemm(node, v):
    a, b = v[node.inputs[0]], v[node.inputs[1]]
    y = node.get("alpha", 1.0) * (a @ (b.T if node.get("transB", 0) else b))
    return y + node.get("beta", 1.0) * v[node.inputs[2]] if len(node.inputs) > 2 else y


def reshape(node, v):
    x, wanted = v[node.inputs[0]], v[node.inputs[1]].tolist()
    return x.reshape([x.shape[a] if size == 0 else int(size) for a, size in enumerate(wanted)])


def longs(node, v, name, place):
    """Whole numbers that stand as an attribute in older operator sets, as an input in newer ones; None where neither is stated."""
    if name in node.attributes:
        return list(node.get(name))
    return [int(n) for n in v[node.inputs[place]].tolist()] if len(node.inputs) > place and node.inputs[place] else None


def unsqueeze(node, v):
    x, axes = v[node.inputs[0]], longs(node, v, "axes", 1)
    rank = x.dim() + len(axes)
    for axis in sorted(a % rank for a in axes):
        x = x.unsqueeze(axis)
    return x


def squeeze(node, v):
    x, axes = v[node.inputs[0]], longs(node, v, "axes", 1)
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = x.squeeze(axis)
    return x


def batch_norm(node, v):
    x, scale, bias, mean, variance = (v[i] for i in node.inputs)
    return F.batch_norm(x, mean, variance, scale, bias, eps=node.get("epsilon", 1e-5))


def lrn(node, v):
    return F.local_response_norm(v[node.inputs[0]], node.get("size"), node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0))


def limits(node, v):
    """Clip's limits, as attributes or as inputs; None for an absent one."""
    given = [node.get("min"), node.get("max")]
    return [v[name].item() if name else bound for name, bound in zip((node.inputs[1:] + ["", ""])[:2], given)]


def clip(node, v):
    """As torch.nn.ReLU6 has it: the derivative is zero at the limits themselves."""
    low, high = limits(node, v)
    return F.hardtanh(v[node.inputs[0]], -1e30 if low is None else low, 1e30 if high is None else high)


def reduce(node, v):
    x = v[node.inputs[0]]
    axes = longs(node, v, "axes", 1) or list(range(x.dim()))
    return (torch.sum if node.op == "ReduceSum" else torch.mean)(x, dim=axes, keepdim=bool(node.get("keepdims", 1)))


def global_max_pool(node, v):
    """As a pooling over everything, so that the first of equal values takes the whole derivative."""
    x = v[node.inputs[0]]
    return POOL[x.dim() - 2](x, list(x.shape[2:]))


def hard_sigmoid(node, v):
    return torch.clamp(node.get("alpha", 0.2) * v[node.inputs[0]] + node.get("beta", 0.5), 0, 1)


def slice_ranges(node, v):
    """One range of positions an axis."""
    sizes = list(v[node.inputs[0]].shape)
    starts, ends = longs(node, v, "starts", 1), longs(node, v, "ends", 2)
    axes, steps = longs(node, v, "axes", 3) or list(range(len(starts))), longs(node, v, "steps", 4) or [1] * len(starts)
    ranges = [range(size) for size in sizes]
    for start, end, axis, step in zip(starts, ends, axes, steps):
        ranges[axis] = range(sizes[axis])[start:end:step]
    return ranges


def cut_out(node, v):
    x = v[node.inputs[0]]
    for axis, kept in enumerate(slice_ranges(node, v)):
        x = x.index_select(axis, torch.tensor(list(kept), dtype=torch.int64))
    return x


def split_sizes(node, v):
    """Stated, or equal parts of which the last may be smaller."""
    stated = longs(node, v, "split", 1)
    if stated:
        return stated
    size, parts = v[node.inputs[0]].shape[node.get("axis", 0)], len(node.outputs)
    each = -(-size // parts)
    return [min(each, size - each * k) for k in range(parts)]


def pad(node, v):
    """Negative pads cut."""
    pads = longs(node, v, "pads", 1)
    value = v[node.inputs[2]].item() if len(node.inputs) > 2 and node.inputs[2] else node.get("value", 0.0)
    rank = len(pads) // 2
    return F.pad(v[node.inputs[0]], [p for a in reversed(range(rank)) for p in (pads[a], pads[rank + a])], value=value)


def flatten(node, v):
    x, axis = v[node.inputs[0]], node.get("axis", 1)
    head = 1
    for size in x.shape[:axis]:
        head *= size
    return x.reshape(head, -1)


OPERATORS = {
    "Conv": conv,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda n, v: v[n.inputs[0]].mean(dim=list(range(2, v[n.inputs[0]].dim())), keepdim=True),
    "Gemm": gemm,
    "MatMul": lambda n, v: v[n.inputs[0]] @ v[n.inputs[1]],
    "Flatten": flatten,
    "Reshape": reshape,
    "Transpose": lambda n, v: v[n.inputs[0]].permute(n.get("perm", list(range(v[n.inputs[0]].dim()))[::-1])),
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Dropout": lambda n, v: v[n.inputs[0]] * 1,
    "Identity": lambda n, v: v[n.inputs[0]] * 1,
    "Add": lambda n, v: v[n.inputs[0]] + v[n.inputs[1]],
    "Sub": lambda n, v: v[n.inputs[0]] - v[n.inputs[1]],
    "Mul": lambda n, v: v[n.inputs[0]] * v[n.inputs[1]],
    "Div": lambda n, v: v[n.inputs[0]] / v[n.inputs[1]],
    "Sum": lambda n, v: sum(v[i] for i in n.inputs),
    "Concat": lambda n, v: torch.cat([v[i] for i in n.inputs], dim=n.get("axis")),
    "ReduceMean": reduce,
    "ReduceSum": reduce,
    "GlobalMaxPool": global_max_pool,
    "Slice": cut_out,
    "Pad": pad,
    "BatchNormalization": batch_norm,
    "LRN": lrn,
    "Softmax": lambda n, v: torch.softmax(v[n.inputs[0]], dim=n.get("axis", -1)),
    "Relu": lambda n, v: F.relu(v[n.inputs[0]]),
    "LeakyRelu": lambda n, v: F.leaky_relu(v[n.inputs[0]], n.get("alpha", 0.01)),
    "Clip": clip,
    "Sigmoid": lambda n, v: torch.sigmoid(v[n.inputs[0]]),
    "PRelu": lambda n, v: torch.where(v[n.inputs[0]] > 0, v[n.inputs[0]], v[n.inputs[0]] * v[n.inputs[1]]),
    "Elu": lambda n, v: F.elu(v[n.inputs[0]], n.get("alpha", 1.0)),
    "Tanh": lambda n, v: torch.tanh(v[n.inputs[0]]),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": lambda n, v: F.hardswish(v[n.inputs[0]]),
    "Cast": lambda n, v: v[n.inputs[0]] * 1,
}


def step(node, v):
    """Adds what one node computes; MaxPool's indices stand under `<output>.indices`."""
    if node.op == "MaxPool":
        v[node.outputs[0]], v[node.outputs[0] + ".indices"] = max_pool(node, v)
    elif node.op == "Split":
        v.update(zip(node.outputs, torch.split(v[node.inputs[0]], split_sizes(node, v), dim=node.get("axis", 0))))
    else:
        v[node.outputs[0]] = OPERATORS[node.op](node, v)


def run(nodes, values):
    """Computes every value."""
    v = dict(values)
    for node in nodes:
        step(node, v)
    return v
