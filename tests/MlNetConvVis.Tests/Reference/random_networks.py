#!/usr/bin/env python3
"""
Writes random networks and what a unit of theirs projects to: vectors/random_quick.gz and vectors/random_slow.gz. See README.md.

    python3 random_networks.py            write
    python3 random_networks.py --check    draw again and compare with what lies there
"""
import gzip
import json
import pathlib
import sys

import numpy as np
import torch

import slow_reverse
from blocks import BODY, head
from draft import Draft, Rejected
from forward import run

FOLDER = pathlib.Path(__file__).parent / "vectors"
SETS = {"random_quick.gz": range(1, 51), "random_slow.gz": range(1001, 1501)}
OPSETS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 18, 19, 20, 21)
TRIES = 60


def draw(seed):
    """A network with its cases; drawn again from the next seed of its row until every case has something to show."""
    for again in range(50):
        d = Draft(seed << 8 | again, OPSETS[seed % len(OPSETS)])
        try:
            cases = grow(d)
        except Rejected:
            continue
        return d, cases
    raise RuntimeError(f"seed {seed} gives no network")


def grow(d):
    few = d.random.chance(15)
    x = d.drawn("x", "few" if few else "signed",
                [1 + d.random.below(3), d.random.among(1, 2, 3, 3), 5 + d.random.below(9), 5 + d.random.below(9)], name="x")
    if few:     # equal values in nearly every window
        x = tried(d, [BODY[10]], x)
    for _ in range(3 + d.random.below(4)):
        x = tried(d, BODY, x)
    if d.random.chance(60):
        x = tried(d, [head], x)
    return chosen_cases(d)


def tried(d, blocks, x):
    for _ in range(TRIES):
        block = d.random.among(*blocks)
        if block.__name__.endswith("_pool") and min(d.shape(x)[2:]) < 3:
            continue
        try:
            with d.attempt():
                y = block(d, x)
                if len(d.shape(y)) == 4 and d.shape(y)[1] * d.shape(y)[2] * d.shape(y)[3] > 1600:
                    raise Rejected
                return y
        except Rejected:
            continue
    raise Rejected


def chosen_cases(d):
    """A deep layer under all three presets and a variant, and an earlier one under one or two rules."""
    layers = projectable(d)
    if len(layers) < 3:
        raise Rejected
    deep, any_layer = layers[-(1 + d.random.below(max(1, len(layers) // 3)))], d.random.among(*layers)
    rules = ["gradient", "paper", "guided", d.random.among(*variants(d, deep))]
    earlier = [d.random.among("gradient", "paper", "guided")] + ([d.random.among(*variants(d, any_layer))] if d.random.chance(50) else [])
    return [case_of(d, deep, rules), *([case_of(d, any_layer, earlier)] if any_layer != deep else [])]


def projectable(d):
    """Values [N,C,H,W] or [N,C] that depend on the image; not what batch normalisation is folded into, which is no layer any more."""
    depends, found = {"x"}, []
    users = {}
    for node in d.nodes:
        for name in node.inputs:
            users.setdefault(name, []).append(node)
    batch = d.shape("x")[0]
    for node in d.nodes:
        if not depends.intersection(node.inputs):
            continue
        depends.update(node.outputs)
        if node.op == "Softmax" and node.inputs[0] == "x":
            continue        # nothing to start from before it
        folded = node.op == "Conv" and [u.op for u in users.get(node.outputs[0], [])] == ["BatchNormalization"]
        found += [o for o in node.outputs if not folded and len(d.shape(o)) in (2, 4) and d.shape(o)[0] == batch and (users.get(o) or o == last(d))]
    return found


def last(d):
    return d.nodes[-1].outputs[0]


def start_of(d, layer):
    """For a softmax the pass starts before it."""
    node = next(n for n in d.nodes if layer in n.outputs)
    return node.inputs[0] if node.op == "Softmax" else layer


def needed(d, layer):
    names, nodes = {layer}, []
    for node in reversed(d.nodes):
        if names.intersection(node.outputs):
            nodes.insert(0, node)
            names.update(node.inputs)
    return nodes


def variants(d, layer):
    """Options that make a difference before this layer."""
    ops = {n.op for n in needed(d, start_of(d, layer))}
    found = ["paper-one", "guided-activation", "gradient-activation"]
    if "MaxPool" in ops:
        found += ["paper-last", "paper-max", "guided-max", "guided-last", "gradient-max", "gradient-last"]
    return found + (["paper-lrn", "guided-lrn", "paper-max-lrn"] if "LRN" in ops else [])


def case_of(d, layer, rules):
    start = start_of(d, layer)
    nodes = needed(d, start)
    for _ in range(8):
        units = [chosen_unit(d, d.exact[start][n]) for n in range(d.shape("x")[0])]
        projections = {rule: project(d, nodes, start, units, rule) for rule in rules}
        if all(p.any() for p in projections.values()):
            activations = [float(d.exact[start][n].flatten()[u]) for n, u in enumerate(units)]
            return {"layer": layer, "units": units, "rules": rules}, [np.array(activations), *projections.values()]
    raise Rejected


def chosen_unit(d, values):
    """The strongest, one at a corner, or any; mostly one that fires."""
    if d.random.chance(35):
        return int(values.flatten().argmax())
    unit = 0
    for _ in range(6):
        place = [d.random.below(size) for size in values.shape]
        if d.random.chance(50):
            place[1:] = [d.random.among(0, size - 1) for size in values.shape[1:]]
        unit = int(np.ravel_multi_index(place, values.shape))
        if values.flatten()[unit] > 0 or d.random.chance(15):
            break
    return unit


def project(d, nodes, start, units, rule):
    seed = torch.zeros(d.shape(start), dtype=torch.float64)
    for n, unit in enumerate(units):
        seed[n].view(-1)[unit] = d.exact[start][n].flatten()[unit] if slow_reverse.Rule(rule).from_activation else 1.0
    by_hand = slow_reverse.reverse(nodes, d.exact, {start: seed}, "x", rule)
    if rule not in ("gradient", "gradient-activation"):
        return by_hand
    image = d.exact["x"].clone().requires_grad_(True)
    given = {name: d.exact[name] for name in d.constants} | {"x": image}
    run(nodes, given)[start].backward(seed)
    np.testing.assert_allclose(by_hand, image.grad.numpy(), rtol=1e-9, atol=1e-12, err_msg=f"{d.seed} {start} {rule}")
    return image.grad.numpy()


def record(seed):
    d, cases = draw(seed)
    network = {
        "seed": d.seed,
        "opset": d.opset,
        "free_batch": seed % 3 > 0,
        "constant_nodes": seed % 5 == 0,
        "constants": d.constants,
        "graph": d.lines,
        "cases": [case for case, _ in cases],
    }
    return network, [value.ravel() for _, values in cases for value in values]


def planes(values):
    """float32, first all highest bytes, then all next ones: packs best."""
    return values.astype("<f4").view(np.uint8).reshape(-1, 4)[:, ::-1].T.tobytes()


def content(seeds):
    """JSON, one network a line; a zero; the numbers of all cases."""
    networks, values = zip(*[record(seed) for seed in seeds])
    text = "[\n" + ",\n".join(json.dumps(n, separators=(",", ":")) for n in networks) + "\n]\n"
    return text.encode() + b"\0" + planes(np.concatenate([v for found in values for v in found]))


def main():
    torch.set_num_threads(1)
    for name, seeds in SETS.items():
        made, path = content(seeds), FOLDER / name
        if "--check" not in sys.argv:
            path.write_bytes(gzip.compress(made, 9, mtime=0))
        elif gzip.decompress(path.read_bytes()) != made:
            sys.exit(f"{path.name} holds something else than is drawn now")
        print(f"{name}: {len(seeds)} networks, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
