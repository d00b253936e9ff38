"""Forward values of every operator, by PyTorch in float64; autograd over them is the `gradient` preset's oracle."""
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


def unsqueeze(node, v):
    x, axes = v[node.inputs[0]], [int(a) for a in v[node.inputs[1]].tolist()]
    rank = x.dim() + len(axes)
    for axis in sorted(a % rank for a in axes):
        x = x.unsqueeze(axis)
    return x


def squeeze(node, v):
    x, axes = v[node.inputs[0]], [int(a) for a in v[node.inputs[1]].tolist()]
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = x.squeeze(axis)
    return x


def batch_norm(node, v):
    x, scale, bias, mean, variance = (v[i] for i in node.inputs)
    return F.batch_norm(x, mean, variance, scale, bias, eps=node.get("epsilon", 1e-5))


def lrn(node, v):
    return F.local_response_norm(v[node.inputs[0]], node.get("size"), node.get("alpha", 1e-4), node.get("beta", 0.75), node.get("bias", 1.0))


def clip(node, v):
    """As torch.nn.ReLU6 has it: the derivative is zero at the limits themselves."""
    low = v[node.inputs[1]].item() if len(node.inputs) > 1 and node.inputs[1] else -1e30
    high = v[node.inputs[2]].item() if len(node.inputs) > 2 and node.inputs[2] else 1e30
    return F.hardtanh(v[node.inputs[0]], low, high)


def reduce_mean(node, v):
    x = v[node.inputs[0]]
    axes = [int(a) for a in v[node.inputs[1]].tolist()] if len(node.inputs) > 1 else list(range(x.dim()))
    return x.mean(dim=axes, keepdim=bool(node.get("keepdims", 1)))


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
    "ReduceMean": reduce_mean,
    "BatchNormalization": batch_norm,
    "LRN": lrn,
    "Softmax": lambda n, v: torch.softmax(v[n.inputs[0]], dim=n.get("axis", -1)),
    "Relu": lambda n, v: F.relu(v[n.inputs[0]]),
    "LeakyRelu": lambda n, v: F.leaky_relu(v[n.inputs[0]], n.get("alpha", 0.01)),
    "Clip": clip,
    "Sigmoid": lambda n, v: torch.sigmoid(v[n.inputs[0]]),
}


def run(nodes, values):
    """Computes every value; MaxPool's indices stand under `<output>.indices`."""
    v = dict(values)
    for node in nodes:
        if node.op == "MaxPool":
            v[node.outputs[0]], v[node.outputs[0] + ".indices"] = max_pool(node, v)
        else:
            v[node.outputs[0]] = OPERATORS[node.op](node, v)
    return v
