#!/usr/bin/env python3
"""
Writes grad_cam.json beside this script: Grad-CAM and guided Grad-CAM (Selvaraju et al. 2017) of a small network in PyTorch, float64.

The network is that of SmallNet.cs; images and weights come from the same linear congruential generator, on a grid of eighths. Guided backpropagation is
PyTorch's autograd with every ReLU's backward rectified. Needs PyTorch 1.13 (Debian 12: `apt install python3-torch`); run it without arguments.
"""
import json
import pathlib

import torch
import torch.nn.functional as F


def grid(seed, *dims):
    state, values = seed * 2654435761 & 0xFFFFFFFF, []
    for _ in range(torch.Size(dims).numel()):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(((state >> 24) % 17 - 8) / 8)
    return torch.tensor(values, dtype=torch.float64).reshape(dims)


class GuidedRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, g):
        return g.clamp(min=0) * (ctx.saved_tensors[0] > 0)


W1, B1, W2, B2, W3, B3 = grid(1, 4, 3, 3, 3), grid(2, 4), grid(3, 5, 4, 3, 3), grid(4, 5), grid(5, 6, 45), grid(6, 6)


def network(x, relu):
    kept = {}
    kept["relu1"] = relu(F.conv2d(x, W1, B1, stride=2, padding=1))
    kept["pool"] = F.max_pool2d(kept["relu1"], 3, 2)
    kept["relu"] = relu(F.conv2d(kept["pool"], W2, B2, padding=1))
    return F.linear(kept["relu"].flatten(1), W3, B3), kept


def explained(layer, number):
    x = grid(100, 3, 3, 13, 13).requires_grad_()
    scores, kept = network(x, F.relu)
    classes = scores.argmax(1) if number is None else torch.full((3,), number)
    chosen = scores[torch.arange(3), classes]
    maps = kept[layer]
    weights = torch.autograd.grad(chosen.sum(), maps)[0].mean((2, 3), keepdim=True)
    coarse = F.relu((weights * maps).sum(1, keepdim=True))
    heat = F.interpolate(coarse, size=(13, 13), mode="bilinear", align_corners=False)
    guided_scores, _ = network(x, GuidedRelu.apply)
    guided = torch.autograd.grad(guided_scores[torch.arange(3), classes].sum(), x)[0] * heat
    numbers = lambda t: [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]
    return {"layer": layer, "asked": number, "classes": classes.tolist(), "scores": numbers(chosen), "heat": numbers(heat), "guided": numbers(guided)}


cases = [explained(layer, number) for layer, number in (("relu", None), ("relu", 4), ("pool", 2), ("relu1", None))]
assert all(max(c["heat"]) > 0 and any(v < 0 for v in c["guided"]) for c in cases)
pathlib.Path(__file__).with_name("grad_cam.json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
