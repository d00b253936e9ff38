"""The networks whose values are recorded: every operator with a reversal rule alone, and small networks of several."""
import math
import zlib
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Case:
    name: str
    graph: list
    inputs: dict                    # what is fed: name -> array
    constants: dict                 # weights, axes, shapes: name -> array
    start: str = "y"                # the value the reverse pass starts at
    outputs: list = field(default_factory=lambda: ["y"])
    parameters: list = field(default_factory=list)     # constants whose derivative is recorded too


class Numbers:
    """Seeded numbers on a coarse grid: sums of products are exact in float32, so that equal values are truly equal."""

    def __init__(self, name):
        self.random = np.random.RandomState(zlib.crc32(name.encode()) & 0x7FFFFFFF)

    def signed(self, *shape, most=12):
        return self.random.randint(-most, most + 1, shape) / 8.0

    def positive(self, *shape):
        return self.random.randint(2, 17, shape) / 8.0

    def few(self, *shape):
        """Three values only: ties in nearly every window."""
        return self.random.randint(0, 3, shape) / 2.0


def longs(*values):
    return np.array(values, dtype=np.int64)


def conv(name, attributes, x, w, bias=True):
    n = Numbers(name)
    constants = {"w": n.signed(*w, most=8)}
    if bias:
        constants["b"] = n.signed(w[0], most=8)
    return Case(name, [f"y = Conv(x, w{', b' if bias else ''}) {attributes}".strip()], {"x": n.signed(*x)}, constants, parameters=list(constants))


def pool(name, attributes, shape, op="MaxPool", ties=False):
    n = Numbers(name)
    outputs = "y, y.indices" if op == "MaxPool" else "y"
    return Case(name, [f"{outputs} = {op}(x) {attributes}".strip()], {"x": n.few(*shape) if ties else n.signed(*shape, most=60)}, {},
                outputs=outputs.split(", "))


def unary(name, node, shape, start="y", **constants):
    return Case(name, [node], {"x": Numbers(name).signed(*shape)}, constants, start)


def convolutions():
    yield conv("conv_pads", "pads=[1,1,1,1]", (2, 2, 5, 5), (3, 2, 3, 3))
    yield conv("conv_no_bias", "kernel_shape=[3,2]", (1, 2, 5, 4), (2, 2, 3, 2), bias=False)
    yield conv("conv_stride_drops_rows", "strides=[2,3]", (2, 2, 8, 9), (2, 2, 3, 2))
    yield conv("conv_asymmetric_pads", "strides=[2,2] pads=[0,1,2,1]", (1, 2, 6, 7), (3, 2, 3, 3))
    yield conv("conv_end_pads", "strides=[2,2] pads=[0,0,1,1]", (1, 3, 8, 8), (2, 3, 5, 5))
    yield conv("conv_groups", "pads=[1,1,1,1] group=2 strides=[2,1]", (2, 4, 5, 5), (6, 2, 3, 3))
    yield conv("conv_depthwise", "pads=[1,1,1,1] group=3", (1, 3, 5, 5), (3, 1, 3, 3))
    yield conv("conv_dilations", "dilations=[2,3] pads=[2,3,2,3]", (1, 2, 6, 8), (2, 2, 3, 3))
    yield conv("conv_dilations_strides_groups", "dilations=[2,1] strides=[2,2] pads=[1,0,2,1] group=2", (2, 2, 7, 6), (4, 1, 3, 3))
    yield conv("conv_1x1_stride", "strides=[2,2]", (1, 3, 5, 5), (4, 3, 1, 1))
    yield conv("conv_1d", "strides=[2] pads=[1,2]", (2, 2, 9), (3, 2, 4))
    yield conv("conv_3d", "strides=[1,2,1] pads=[0,1,1,1,0,1]", (1, 2, 3, 4, 4), (2, 2, 2, 3, 3))
    yield conv("conv_same_upper", "auto_pad=SAME_UPPER strides=[2,2]", (1, 2, 5, 6), (2, 2, 4, 3))
    yield conv("conv_same_lower", "auto_pad=SAME_LOWER strides=[2,2]", (1, 2, 5, 6), (2, 2, 4, 3))
    yield conv("conv_valid", "auto_pad=VALID strides=[2,1]", (1, 1, 6, 5), (2, 1, 3, 3))


def pools():
    yield pool("maxpool_2x2", "kernel_shape=[2,2] strides=[2,2]", (2, 2, 4, 4))
    yield pool("maxpool_overlap", "kernel_shape=[3,3] strides=[2,2]", (2, 2, 7, 7))
    yield pool("maxpool_overlap_ties", "kernel_shape=[3,3] strides=[2,2]", (2, 3, 7, 7), ties=True)
    yield pool("maxpool_stride_1_ties", "kernel_shape=[3,3] strides=[1,1] pads=[1,1,1,1]", (1, 2, 6, 6), ties=True)
    yield pool("maxpool_all_equal", "kernel_shape=[2,3] strides=[1,2]", (1, 1, 4, 5), ties=True)
    yield pool("maxpool_ceil", "kernel_shape=[3,3] strides=[2,2] ceil_mode=1", (1, 2, 6, 6), ties=True)
    yield pool("maxpool_ceil_window_in_padding_is_dropped", "kernel_shape=[2,2] strides=[3,3] pads=[1,1,1,1] ceil_mode=1", (1, 1, 5, 6))
    yield pool("maxpool_end_pads", "kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1]", (1, 2, 6, 6))
    yield pool("maxpool_dilations", "kernel_shape=[2,3] strides=[2,1] dilations=[2,2]", (1, 2, 7, 7), ties=True)
    yield pool("maxpool_1d", "kernel_shape=[3] strides=[2] pads=[1,0]", (2, 2, 8), ties=True)
    yield pool("maxpool_3d", "kernel_shape=[2,2,2] strides=[1,2,1]", (1, 2, 3, 4, 3), ties=True)
    yield pool("maxpool_same_upper", "kernel_shape=[3,3] strides=[2,2] auto_pad=SAME_UPPER", (1, 1, 5, 6))
    yield pool("maxpool_same_lower", "kernel_shape=[3,3] strides=[2,2] auto_pad=SAME_LOWER", (1, 1, 6, 6))
    for include in (0, 1):
        yield pool(f"averagepool_pads_include_{include}", f"kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] count_include_pad={include}",
                   (2, 2, 5, 6), "AveragePool")
        yield pool(f"averagepool_ceil_include_{include}", f"kernel_shape=[3,3] strides=[2,2] ceil_mode=1 count_include_pad={include}",
                   (1, 2, 6, 6), "AveragePool")
        yield pool(f"averagepool_ceil_pads_include_{include}", f"kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1] ceil_mode=1 count_include_pad={include}",
                   (1, 2, 6, 6), "AveragePool")
        yield pool(f"averagepool_end_pads_include_{include}", f"kernel_shape=[3,2] strides=[2,2] pads=[0,0,2,1] count_include_pad={include}",
                   (1, 2, 6, 6), "AveragePool")
    yield pool("averagepool_drops_rows", "kernel_shape=[2,2] strides=[3,2]", (1, 2, 7, 5), "AveragePool")
    yield pool("averagepool_overlap", "kernel_shape=[3,3] strides=[1,1]", (1, 2, 5, 5), "AveragePool")
    yield pool("averagepool_1d", "kernel_shape=[3] strides=[2] pads=[1,1]", (2, 2, 7), "AveragePool")
    yield pool("averagepool_same_upper", "kernel_shape=[2,2] strides=[2,2] auto_pad=SAME_UPPER", (1, 1, 5, 5), "AveragePool")
    yield pool("globalaveragepool", "", (2, 3, 4, 5), "GlobalAveragePool")
    yield pool("globalmaxpool", "", (2, 3, 4, 5), "GlobalMaxPool")
    yield pool("globalmaxpool_ties", "", (2, 3, 4, 3), "GlobalMaxPool", ties=True)


def dense():
    for name, graph, shapes in (
            ("gemm_transposed_weights", "y = Gemm(x, w, b) transB=1", {"w": (5, 4), "b": (5,)}),
            ("gemm_plain_weights", "y = Gemm(x, w, b)", {"w": (4, 5), "b": (5,)}),
            ("gemm_alpha_beta", "y = Gemm(x, w, b) alpha=0.5 beta=0.25 transB=1", {"w": (5, 4), "b": (1, 5)}),
            ("gemm_scalar_bias", "y = Gemm(x, w, b)", {"w": (4, 2), "b": (1,)}),
            ("gemm_column_bias", "y = Gemm(x, w, b) transB=1", {"w": (2, 4), "b": (3, 1)}),
            ("gemm_no_bias", "y = Gemm(x, w)", {"w": (4, 5)}),
            ("matmul", "y = MatMul(x, w)", {"w": (4, 5)})):
        n = Numbers(name)
        yield Case(name, [graph], {"x": n.signed(3, 4)}, {k: n.signed(*s) for k, s in shapes.items()}, parameters=list(shapes))
    n = Numbers("matmul_bias")
    yield Case("matmul_bias", ["m = MatMul(x, w)", "y = Add(m, b)"], {"x": n.signed(3, 4)}, {"w": n.signed(4, 5), "b": n.signed(5)}, parameters=["w", "b"])
    yield Case("matmul_stack", ["y = MatMul(x, w)"], {"x": n.signed(2, 3, 4)}, {"w": n.signed(4, 2)})
    yield Case("matmul_two_stacks", ["y = MatMul(x, w)"], {"x": n.signed(2, 3, 4)}, {"w": n.signed(2, 4, 2)})


def layouts():
    yield unary("flatten", "y = Flatten(x)", (2, 2, 3, 2))
    yield unary("flatten_axis_2", "y = Flatten(x) axis=2", (2, 2, 3, 2))
    yield unary("flatten_axis_0", "y = Flatten(x) axis=0", (2, 3, 2))
    yield unary("reshape_zero_and_rest", "y = Reshape(x, to)", (2, 2, 3, 2), to=longs(0, -1))
    yield unary("reshape_fixed", "y = Reshape(x, to)", (2, 2, 3, 2), to=longs(0, 3, 2, 2))
    yield unary("transpose", "y = Transpose(x) perm=[0,2,3,1]", (2, 2, 3, 4))
    yield unary("transpose_cycle", "y = Transpose(x) perm=[3,0,1,2]", (2, 2, 3, 4))
    yield unary("transpose_default", "y = Transpose(x)", (2, 3, 4))
    yield unary("squeeze", "y = Squeeze(x, axes)", (2, 3, 1, 1), axes=longs(2, 3))
    yield unary("squeeze_negative", "y = Squeeze(x, axes)", (2, 1, 3, 1), axes=longs(-1, 1))
    yield unary("unsqueeze", "y = Unsqueeze(x, axes)", (2, 3), axes=longs(1, -1))
    yield unary("dropout", "y = Dropout(x)", (2, 3))
    yield unary("identity", "y = Identity(x)", (2, 3))
    yield unary("cast", "y = Cast(x) to=1", (2, 3))
    yield unary("pad", "y = Pad(x, pads)", (2, 2, 3, 2), pads=longs(0, 0, 1, 0, 0, 0, 2, 1))
    yield unary("pad_value_channels", "y = Pad(x, pads, value)", (2, 2, 3, 2), pads=longs(0, 1, 0, 1, 0, 2, 1, 0), value=np.array(0.5))
    yield unary("pad_negative", "y = Pad(x, pads)", (2, 2, 4, 4), pads=longs(0, 0, -1, 1, 0, 0, 0, -2))
    yield unary("slice", "y = Slice(x, starts, ends, axes)", (2, 4, 5, 4), starts=longs(1, -3), ends=longs(3, 100), axes=longs(1, 2))
    yield unary("slice_steps", "y = Slice(x, starts, ends, axes, steps)", (2, 3, 6, 5), starts=longs(1, 0), ends=longs(6, 5), axes=longs(2, 3), steps=longs(2, 3))
    yield unary("slice_backwards", "y = Slice(x, starts, ends, axes, steps)", (2, 3, 4), starts=longs(-1, 2), ends=longs(-100, 0), axes=longs(2, 1), steps=longs(-2, -1))
    yield unary("slice_all_axes", "y = Slice(x, starts, ends)", (2, 3, 4), starts=longs(0, 1, 2), ends=longs(2, 3, 4))
    for name, node, to in (("split", "a, b = Split(x, sizes) axis=1", {"sizes": longs(1, 3)}), ("split_equal", "a, b = Split(x) axis=1 num_outputs=2", {}),
                           ("split_last_axis", "a, b = Split(x, sizes) axis=-1", {"sizes": longs(3, 2)})):
        n = Numbers(name)
        yield Case(name, [node, "c = Relu(b)", "y = Concat(c, a, b) axis=1" if "last" not in name else "y = Concat(c, a, b) axis=-1"], {"x": n.signed(2, 4, 3, 5)}, to)
    yield Case("split_one_part_used", ["a, b = Split(x) axis=1 num_outputs=2", "y = Relu(b)"], {"x": Numbers("split_one").signed(2, 4, 3, 2)}, {})
    n = Numbers("concat")
    yield Case("concat", ["a = Relu(x)", "y = Concat(x, z, a, x) axis=1"], {"x": n.signed(2, 2, 3, 2), "z": n.signed(2, 1, 3, 2)}, {})
    yield Case("concat_last_axis", ["a = Relu(x)", "y = Concat(a, x) axis=-1"], {"x": n.signed(2, 2, 3)}, {})


def arithmetic():
    n = Numbers("arithmetic")
    x, z = n.signed(2, 3, 2, 2), n.signed(2, 3, 2, 2)
    yield Case("add", ["y = Add(x, z)"], {"x": x, "z": z}, {})
    yield Case("add_itself", ["y = Add(x, x)"], {"x": x}, {})
    yield Case("add_channels", ["y = Add(x, c)"], {"x": x}, {"c": n.signed(3, 1, 1)}, parameters=["c"])
    yield Case("add_grows_input", ["y = Add(x, z)"], {"x": n.signed(2, 3, 1, 1), "z": z}, {})
    yield Case("sum_three", ["y = Sum(x, z, c)"], {"x": x, "z": z}, {"c": n.signed(1, 3, 1, 1)})
    yield Case("sub", ["y = Sub(x, z)"], {"x": x, "z": z}, {})
    yield Case("sub_from_constant", ["y = Sub(c, x)"], {"x": x}, {"c": n.signed(2)}, parameters=["c"])
    yield Case("mul_constant", ["y = Mul(x, c)"], {"x": x}, {"c": n.signed(1, 3, 1, 1)}, parameters=["c"])
    yield Case("mul_square", ["y = Mul(x, x)"], {"x": x}, {})
    yield Case("mul_gate", ["g = GlobalAveragePool(x)", "s = Sigmoid(g)", "y = Mul(x, s)"], {"x": x}, {})
    yield Case("div_constant", ["y = Div(x, c)"], {"x": x}, {"c": n.positive(3, 1, 1)}, parameters=["c"])
    yield Case("div_computed", ["y = Div(x, z)"], {"x": x, "z": n.positive(2, 3, 1, 1)}, {})
    yield unary("reduce_mean_keep", "y = ReduceMean(x, axes) keepdims=1", (2, 3, 3, 4), axes=longs(2, 3))
    yield unary("reduce_mean_drop_negative", "y = ReduceMean(x, axes) keepdims=0", (2, 3, 3, 4), axes=longs(-1, -3))
    yield unary("reduce_mean_all", "y = ReduceMean(x)", (2, 3, 2))
    yield unary("reduce_sum_keep", "y = ReduceSum(x, axes) keepdims=1", (2, 3, 3, 4), axes=longs(2, 3))
    yield unary("reduce_sum_drop_negative", "y = ReduceSum(x, axes) keepdims=0", (2, 3, 3, 4), axes=longs(-1, 1))
    yield unary("reduce_sum_all", "y = ReduceSum(x)", (2, 3, 2))


def normalisations():
    for size in (3, 5):
        name = f"lrn_{size}"
        yield unary(name, f"y = LRN(x) size={size} alpha=0.5 beta=0.75 bias=2.0", (2, 7, 2, 3))
    yield unary("lrn_wider_than_channels", "y = LRN(x) size=5 alpha=1.0 beta=0.5", (2, 2, 2, 2))
    yield unary("lrn_1", "y = LRN(x) size=1 alpha=1.0 beta=0.5", (1, 2, 2, 2))
    for name, shape in (("batchnorm", (2, 3, 2, 3)), ("batchnorm_dense", (4, 3)), ("batchnorm_1d", (2, 3, 4))):
        n = Numbers(name)
        constants = {"scale": n.signed(3), "bias": n.signed(3), "mean": n.signed(3), "variance": n.positive(3)}
        yield Case(name, ["y = BatchNormalization(x, scale, bias, mean, variance) epsilon=0.001"], {"x": n.signed(*shape)}, constants,
                   parameters=["scale", "bias"])
    yield unary("softmax", "y = Softmax(x)", (2, 5))
    yield unary("softmax_channels", "y = Softmax(x) axis=1", (2, 3, 2, 2))


def activations():
    shape = (2, 3, 3, 3)
    yield unary("relu", "y = Relu(x)", shape)
    yield unary("leakyrelu", "y = LeakyRelu(x) alpha=0.125", shape)
    yield unary("clip", "y = Clip(x, low, high)", shape, low=np.array(0.0), high=np.array(1.0))
    yield unary("clip_below_zero", "y = Clip(x, low, high)", shape, low=np.array(-0.5), high=np.array(0.5))
    yield unary("clip_low_only", "y = Clip(x, low)", shape, low=np.array(0.0))
    yield unary("clip_high_only", "y = Clip(x, , high)", shape, high=np.array(0.75))
    yield unary("clip_unlimited", "y = Clip(x)", shape)
    yield unary("sigmoid", "y = Sigmoid(x)", shape)
    yield unary("prelu", "y = PRelu(x, slope)", shape, slope=np.array([0.25, -0.5, 0.125]).reshape(3, 1, 1))
    yield unary("prelu_scalar", "y = PRelu(x, slope)", shape, slope=np.array([0.25]))
    yield unary("elu", "y = Elu(x)", shape)
    yield unary("elu_alpha", "y = Elu(x) alpha=0.5", shape)
    yield unary("tanh", "y = Tanh(x)", shape)
    yield unary("hardsigmoid", "y = HardSigmoid(x)", shape)
    yield unary("hardsigmoid_steep", "y = HardSigmoid(x) alpha=0.75 beta=0.3", shape)
    yield unary("hardswish", "y = HardSwish(x)", shape)
    yield Case("hardswish_wide", ["a = Mul(x, c)", "y = HardSwish(a)"], {"x": Numbers("hardswish_wide").signed(2, 3, 4, 4)}, {"c": np.array(2.7)})


def zeiler_fergus():
    n = Numbers("zeiler_fergus")
    return Case("zeiler_fergus", [
        "c1 = Conv(x, w1, b1) strides=[2,2] pads=[0,0,1,1]",
        "r1 = Relu(c1)",
        "p1, p1.indices = MaxPool(r1) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1]",
        "n1 = LRN(p1) size=3 alpha=0.5 beta=0.75 bias=2.0",
        "c2 = Conv(n1, w2, b2) pads=[1,1,1,1]",
        "r2 = Relu(c2)",
        "p2, p2.indices = MaxPool(r2) kernel_shape=[3,3] strides=[2,2]",
        "f = Flatten(p2)",
        "d = Gemm(f, w3, b3) transB=1",
        "r3 = Relu(d)",
        "o = Dropout(r3)",
        "y = Gemm(o, w4, b4) transB=1",
    ], {"x": n.signed(2, 3, 26, 26)}, {
        "w1": n.signed(4, 3, 5, 5, most=4), "b1": n.signed(4), "w2": n.signed(5, 4, 3, 3, most=4), "b2": n.signed(5),
        "w3": n.signed(6, 20, most=4), "b3": n.signed(6), "w4": n.signed(3, 6, most=4), "b4": n.signed(3),
    }, outputs=["p1", "p1.indices", "r2", "p2.indices", "y"], parameters=["b1", "w2", "w3", "b4"])


def residual():
    n = Numbers("residual")
    constants = {"w1": n.signed(4, 3, 3, 3, most=4), "w2": n.signed(4, 4, 3, 3, most=4), "w3": n.signed(4, 4, 3, 3, most=4), "w4": n.signed(4, 4, 1, 1, most=4),
                 "w5": n.signed(3, 4), "b5": n.signed(3)}
    for k in "12":
        constants |= {f"s{k}": n.signed(4), f"t{k}": n.signed(4), f"m{k}": n.signed(4), f"v{k}": n.positive(4)}
    return Case("residual", [
        "c1 = Conv(x, w1) pads=[1,1,1,1]",
        "b1 = BatchNormalization(c1, s1, t1, m1, v1)",
        "r1 = Relu(b1)",
        "p1, p1.indices = MaxPool(r1) kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]",
        "c2 = Conv(p1, w2) pads=[1,1,1,1] strides=[2,2]",
        "b2 = BatchNormalization(c2, s2, t2, m2, v2)",
        "r2 = Clip(b2, zero, six)",
        "c3 = Conv(r2, w3) pads=[1,1,1,1] group=1",
        "c4 = Conv(p1, w4) strides=[2,2]",
        "a = Add(c3, c4)",
        "r3 = LeakyRelu(a) alpha=0.1",
        "g = GlobalAveragePool(r3)",
        "f = Reshape(g, shape)",
        "y = Gemm(f, w5, b5) transB=1",
    ], {"x": n.signed(2, 3, 9, 9)}, constants | {"zero": np.array(0.0), "six": np.array(6.0), "shape": longs(0, -1)}, outputs=["r3", "y"], parameters=["w2", "s2", "w5"])


def branches():
    n = Numbers("branches")
    return Case("branches", [
        "s = Conv(x, w1, b1) pads=[1,1,1,1]",
        "r = Relu(s)",
        "e1 = Conv(r, w2)",
        "e3 = Conv(r, w3) pads=[1,1,1,1]",
        "q = AveragePool(r) kernel_shape=[3,3] pads=[1,1,1,1]",
        "c = Concat(e1, e3, q) axis=1",
        "k = Relu(c)",
        "m, m.indices = MaxPool(k) kernel_shape=[3,3] strides=[2,2] ceil_mode=1",
        "g = ReduceMean(m, axes) keepdims=1",
        "i = Sigmoid(g)",
        "j = Mul(m, i)",
        "t = Transpose(j) perm=[0,2,3,1]",
        "h = MatMul(t, w4)",
        "y = Softmax(h) axis=-1",
    ], {"x": n.signed(2, 2, 6, 6)}, {
        "w1": n.signed(3, 2, 3, 3, most=4), "b1": n.signed(3), "w2": n.signed(2, 3, 1, 1), "w3": n.signed(2, 3, 3, 3, most=4), "w4": n.signed(7, 3, most=3), "axes": longs(2, 3),
    }, outputs=["m.indices", "j", "y"], parameters=["w1", "w3"])


def all_cases():
    found = [*convolutions(), *pools(), *dense(), *layouts(), *arithmetic(), *normalisations(), *activations(), zeiler_fergus(), residual(), branches()]
    assert len({c.name for c in found}) == len(found)
    assert all(math.isfinite(v) for c in found for a in [*c.inputs.values(), *c.constants.values()] for v in np.ravel(a))
    return found
