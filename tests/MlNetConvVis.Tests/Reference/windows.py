"""Sizes and pads of convolution and pooling windows, from the ONNX operator specification."""
import itertools

import numpy as np


class Window:
    def __init__(self, node, sizes, kernel):
        rank = len(sizes)
        self.kernel = list(kernel)
        self.strides = node.get("strides", [1] * rank)
        self.dilations = node.get("dilations", [1] * rank)
        self.sizes = list(sizes)
        self.extent = [d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilations)]
        pads = self._pads(node, rank)
        self.begin, self.end = pads[:rank], pads[rank:]
        self.outputs = [self._count(a, node.get("ceil_mode", 0)) for a in range(rank)]

    def _pads(self, node, rank):
        mode = node.get("auto_pad", "NOTSET")
        if mode == "NOTSET":
            return node.get("pads", [0] * (2 * rank))
        if mode == "VALID":
            return [0] * (2 * rank)
        total = [max(0, (-(-size // step) - 1) * step + extent - size)
                 for size, step, extent in zip(self.sizes, self.strides, self.extent)]
        less, more = [t // 2 for t in total], [t - t // 2 for t in total]
        return less + more if mode == "SAME_UPPER" else more + less

    def _count(self, a, ceil):
        room = self.sizes[a] + self.begin[a] + self.end[a] - self.extent[a]
        if not ceil:
            return room // self.strides[a] + 1
        count = -(-room // self.strides[a]) + 1
        return count - 1 if (count - 1) * self.strides[a] >= self.sizes[a] + self.begin[a] else count

    def places(self):
        """Every output position."""
        return itertools.product(*map(range, self.outputs))

    def offsets(self):
        """Every position in the window, row-major."""
        return itertools.product(*map(range, self.kernel))

    def at(self, place, offset):
        """The input position under a window element; may lie in the padding."""
        return tuple(p * s + k * d - b for p, s, k, d, b in zip(place, self.strides, offset, self.dilations, self.begin))

    def inside(self, position):
        return all(0 <= p < size for p, size in zip(position, self.sizes))

    def in_padded(self, position):
        return all(-b <= p < size + e for p, size, b, e in zip(position, self.sizes, self.begin, self.end))


def window_of(node, values):
    x = values[node.inputs[0]]
    kernel = node.get("kernel_shape") or list(values[node.inputs[1]].shape[2:])
    return Window(node, x.shape[2:], kernel)


def pool_counts(node, window):
    """How many elements each window averages: those inside the image, or with the padding."""
    include = node.get("count_include_pad", 0)
    counts = np.zeros(window.outputs)
    for place in window.places():
        positions = [window.at(place, o) for o in window.offsets()]
        counts[place] = sum((window.in_padded if include else window.inside)(p) for p in positions)
    return counts
