#!/usr/bin/env python3
"""Writes the reference vectors beside this script. See README.md."""
import json
import pathlib

import numpy as np
import torch

import cases
import forward
import graph_text
import slow_reverse
import training

FOLDER = pathlib.Path(__file__).parent / "vectors"
OVERLAPS = ("last", "max")


def tensor(array):
    """A tensor as JSON: float32 values in their shortest form, whole numbers as they are."""
    array = np.asarray(array)
    if array.dtype.kind in "iu":
        return {"shape": list(array.shape), "longs": [int(v) for v in array.ravel()]}
    return {"shape": list(array.shape), "floats": [shortest(v) for v in array.astype(np.float32).ravel()]}


def shortest(value):
    value = float(str(value))
    return int(value) if value == int(value) else value


def tensors(named):
    return {name: tensor(value) for name, value in named.items()}


def to_torch(array):
    array = np.asarray(array)
    return torch.from_numpy(array.astype(np.int64) if array.dtype.kind in "iu" else array.astype(np.float64))


def autograd(nodes, values, start, seed, wanted):
    leaves = {name: value.clone().requires_grad_(name in wanted) if value.dtype == torch.float64 else value for name, value in values.items()}
    forward.run(nodes, leaves)[start].backward(seed)
    return {name: leaves[name].grad for name in wanted if leaves[name].grad is not None}


def check_by_autograd(nodes, values, case, seed, gradients):
    """The walk by hand, with true derivatives, must agree with autograd: then only what the other presets change stands unchecked."""
    for name in case.inputs:
        by_hand = slow_reverse.reverse(nodes, values, {case.start: seed}, name, "gradient")
        np.testing.assert_allclose(by_hand, gradients[name].numpy(), rtol=1e-9, atol=1e-12, err_msg=case.name)


def record(case):
    nodes = graph_text.parse(case.graph)
    given = {name: to_torch(value) for name, value in {**case.inputs, **case.constants}.items()}
    values = forward.run(nodes, given)
    seed = to_torch(cases.Numbers(case.name + "/seed").signed(*values[case.start].shape, most=16))
    gradients = autograd(nodes, given, case.start, seed, [*case.inputs, *case.parameters])
    check_by_autograd(nodes, values, case, seed, gradients)
    by_hand = {preset: {i: slow_reverse.reverse(nodes, values, {case.start: seed}, i, preset) for i in case.inputs} for preset in ("paper", "guided")}
    if any(n.op == "MaxPool" for n in nodes):
        for overlap in OVERLAPS:
            by_hand[f"paper-{overlap}"] = {i: slow_reverse.reverse(nodes, values, {case.start: seed}, i, f"paper-{overlap}") for i in case.inputs}
    return {
        "name": case.name,
        "graph": case.graph,
        "inputs": tensors(case.inputs),
        "constants": tensors(case.constants),
        "outputs": tensors({name: values[name].numpy() for name in case.outputs}),
        "start": case.start,
        "seed": tensor(seed.numpy()),
        "reversed": {
            "gradient": tensors({name: gradient.numpy() for name, gradient in gradients.items()}),
            **{preset: tensors(signals) for preset, signals in by_hand.items()},
        },
    }


def record_training():
    weights, images, labels, batches, run = training.train()
    return {
        "graph": training.GRAPH,
        "options": training.OPTIONS,
        "constants": tensors(weights),
        "images": tensor(images),
        "labels": tensor(labels),
        "batches": [[int(i) for i in batch] for batch in batches],
        "losses": run["losses"],
        "correct": run["correct"],
        "gradients": tensors(run["gradients"]),
        "after_1": tensors(run["after_1"]),
        "after_20": tensors(run["after_20"]),
    }


def write(name, value):
    """One case a line, so that a change shows as one line."""
    lines = ",\n".join(json.dumps(v, separators=(",", ":")) for v in value)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n")


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    write("operators.json", [record(case) for case in cases.all_cases()])
    write("training.json", [record_training()])


if __name__ == "__main__":
    main()
