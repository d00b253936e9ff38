"""A network that is drawn node by node and computed as it grows, so that a value too near a kink is drawn again at once."""
import contextlib

import numpy as np
import torch

import forward
import graph_text
from windows import Window, window_of

MASK = (1 << 64) - 1
MARGIN = 1e-3       # how near a value may come to a kink, and the second largest of a pooling window to its largest
LARGEST = 60.0      # no value may grow beyond
SMALLEST = 0.02     # nor all of a tensor's values lie this near to each other


class Rejected(Exception):
    """What was drawn sits on a kink, leaves no pixels, or grows too large."""


class SplitMix64:
    """Steele, Lea and Flood 2014; RandomNetwork.cs draws the same numbers."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return self.next() % bound

    def chance(self, percent):
        return self.below(100) < percent

    def among(self, *choices):
        return choices[self.below(len(choices))]


# Numerators over 64 by kind: RandomNetwork.cs has the same table.
NUMERATORS = {
    "signed": lambda draw: draw % 129 - 64,
    "positive": lambda draw: draw % 113 + 16,
    "few": lambda draw: draw % 3 * 32,
}


def numbers(seed, draw, kind, shape, halvings):
    """Multiples of 2^-halvings/64: exact in float32."""
    source = SplitMix64(seed << 20 | draw)
    count = int(np.prod(shape, dtype=np.int64))
    return np.array([NUMERATORS[kind](source.next()) for _ in range(count)], dtype=np.float64).reshape(shape) / 64 / (1 << halvings)


class Draft:
    def __init__(self, seed, opset):
        self.seed, self.opset, self.random = seed, opset, SplitMix64(seed)
        self.lines, self.nodes = [], []
        self.constants = {}         # name -> how the tests make it: [kind, draw, shape, halvings], or the numbers themselves
        self.exact, self.single = {}, {}    # every value in float64, and in float32
        self.draws = self.names = 0

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def keep(self, name, array):
        array = np.asarray(array)
        whole = array.dtype.kind in "iu"
        self.exact[name] = torch.from_numpy(array.astype(np.int64 if whole else np.float64))
        self.single[name] = self.exact[name] if whole else self.exact[name].float()

    def drawn(self, letter, kind, shape, halvings=0, name=None):
        """A constant (or the image) of drawn numbers. Letters tell what it is for; those that start with `b` shift values and would be zero without bias."""
        name = name or self.name(letter)
        self.draws += 1
        self.constants[name] = [kind, self.draws, list(shape), halvings]
        self.keep(name, numbers(self.seed, self.draws, kind, shape, halvings))
        return name

    def longs(self, *values):
        name = self.name("i")
        self.constants[name] = ["longs", [int(v) for v in values]]
        self.keep(name, np.array(values, dtype=np.int64))
        return name

    def scalar(self, letter, value):
        """Such as a limit of Clip."""
        name = self.name(letter)
        self.constants[name] = ["scalar", value]
        self.keep(name, np.float64(np.float32(value)))
        return name

    def shape(self, name):
        return list(self.exact[name].shape)

    def add(self, op, inputs, outputs=1, **attributes):
        """Appends a node, computes it and looks at what came out. Returns its output, or all of them when there are several."""
        made = [self.name("t") for _ in range(outputs)]
        line = f"{', '.join(made)} = {op}({', '.join(inputs)}) {' '.join(f'{k}={text(v)}' for k, v in attributes.items())}".strip()
        node = graph_text.parse([line])[0]
        self.refuse_kinks(node)
        forward.step(node, self.exact)
        forward.step(node, self.single)
        for name in made:
            self.single[name] = self.single[name].float()
            self.refuse_sizes(self.exact[name])
        self.lines.append(line)
        self.nodes.append(node)
        return made[0] if outputs == 1 else made

    @contextlib.contextmanager
    def attempt(self):
        """Takes everything back when what is drawn inside is rejected."""
        before = len(self.lines), dict(self.constants), dict(self.exact), dict(self.single), self.names
        try:
            yield
        except Rejected:
            count, self.constants, self.exact, self.single, self.names = before
            del self.lines[count:], self.nodes[count:]
            raise

    def refuse_sizes(self, value):
        if value.numel() == 0 or not torch.isfinite(value).all() or value.abs().max() > LARGEST:
            raise Rejected
        if value.numel() > 1 and value.max() - value.min() < SMALLEST:
            raise Rejected

    def refuse_kinks(self, node):
        if node.op in KINKS:
            x, single = self.exact[node.inputs[0]], self.single[node.inputs[0]]
            for kink, may_sit_on_it in KINKS[node.op](node, self.exact):
                near = (x - kink).abs() < MARGIN
                if may_sit_on_it:       # zero in both precisions: sums of zeros, or of numbers on the grid
                    near &= ~((x == 0) & (single == 0))
                if near.any():
                    raise Rejected
        if node.op in ("Conv", "MaxPool", "AveragePool"):
            self.refuse_empty_windows(node)
        if node.op in ("MaxPool", "GlobalMaxPool"):
            self.refuse_near_ties(node)

    def refuse_empty_windows(self, node):
        window = window_of(node, self.exact)
        if min(window.outputs) < 1:
            raise Rejected
        if node.op != "Conv" and not all(any(window.inside(window.at(p, o)) for o in window.offsets()) for p in window.places()):
            raise Rejected

    def refuse_near_ties(self, node):
        """Two values that differ must differ by more than rounding; two that are equal must be so in any order of summation: zeros, or numbers on the grid."""
        x, single = self.exact[node.inputs[0]].numpy(), self.single[node.inputs[0]]
        on_grid = bool((self.exact[node.inputs[0]] == single.double()).all())
        window = Window(node, x.shape[2:], x.shape[2:]) if node.op == "GlobalMaxPool" else window_of(node, self.exact)
        for place in window.places():
            inside = [at for at in (window.at(place, o) for o in window.offsets()) if window.inside(at)]
            values = np.stack([x[(slice(None), slice(None)) + at] for at in inside])
            best = values.max(axis=0)
            if ((values != best) & (values > best - MARGIN)).any():
                raise Rejected
            tied = (values == best).sum(axis=0) > 1
            if (tied & (best != 0)).any() and not on_grid:
                raise Rejected


def clip_kinks(node, v):
    low, high = forward.limits(node, v)
    return [(0.0, low in (0.0, None)), *((bound, bound == 0.0) for bound in (low, high) if bound is not None)]


def hard_sigmoid_kinks(node, v):
    return [((y - node.get("beta", 0.5)) / node.get("alpha", 0.2), False) for y in (0, 1)]


# Where a derivative, or the mask of guided backpropagation, jumps; and whether a value may sit right on it, because everyone agrees on the answer there.
KINKS = {
    "Relu": lambda node, v: [(0.0, True)],
    "LeakyRelu": lambda node, v: [(0.0, True)],
    "PRelu": lambda node, v: [(0.0, True)],
    "Elu": lambda node, v: [(0.0, False)],
    "Clip": clip_kinks,
    "HardSigmoid": hard_sigmoid_kinks,
    "HardSwish": lambda node, v: [(-3.0, False), (3.0, False)],
}


def text(value):
    if isinstance(value, (list, tuple)):
        return f"[{','.join(str(int(v)) for v in value)}]"
    return repr(float(value)) if isinstance(value, float) else str(value)
