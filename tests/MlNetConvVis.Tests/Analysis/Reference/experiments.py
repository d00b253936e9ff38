#!/usr/bin/env python3
"""
Writes experiments.json beside this script: occlusion (figure 7), correspondence (table 1) and invariance (figure 5) of a small network in PyTorch, float64.

The network is that of SmallNet.cs; images and weights come from the same linear congruential generator, on a grid of eighths. Every occluded, masked or
shifted image runs through the whole network. Pictures are turned and scaled by grid_sample, zeros outside, around a fill that is subtracted before and added
behind. Needs PyTorch 1.13 (Debian 12: `apt install python3-torch`); run it without arguments.
"""
import itertools
import json
import math
import pathlib

import torch
import torch.nn.functional as F

SIDE = 13


def grid(seed, *dims):
    state, values = seed * 2654435761 & 0xFFFFFFFF, []
    for _ in range(torch.Size(dims).numel()):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(((state >> 24) % 17 - 8) / 8)
    return torch.tensor(values, dtype=torch.float64).reshape(dims)


W1, B1, W2, B2, W3, B3 = grid(1, 4, 3, 3, 3), grid(2, 4), grid(3, 5, 4, 3, 3), grid(4, 5), grid(5, 6, 45), grid(6, 6)


def network(x):
    relu1 = F.relu(F.conv2d(x, W1, B1, stride=2, padding=1))
    relu = F.relu(F.conv2d(F.max_pool2d(relu1, 3, 2), W2, B2, padding=1))
    return {"relu1": relu1, "relu": relu, "fc": relu.flatten(1) @ W3.T + B3}


def covered(x, cover, y, column, height, width):
    x = x.clone()
    x[..., y:y + height, column:column + width] = cover[..., y:y + height, column:column + width]
    return x


def occlusion():
    image, cover = grid(100, 1, 3, SIDE, SIDE), grid(200, 1, 3, SIDE, SIDE)
    places = [(y, x) for y in (0, 3, 6, 9) for x in (0, 3, 6, 9)]
    out = network(torch.cat([covered(image, cover, y, x, 4, 4) for y, x in places]))
    p = out["fc"].softmax(1)
    return {"probability": p[:, 1].tolist(), "labels": p.argmax(1).tolist(), "activity": out["relu"][:, 2].sum((1, 2)).tolist()}


def correspondence():
    images = grid(100, 4, 3, SIDE, SIDE)
    clean, boxes = network(images), [(2, 3), (5, 1), (0, 8), (7, 6)]      # top, left of a mask of 4x5 in each image
    masked = network(torch.cat([covered(i[None], torch.zeros_like(i[None]), y, x, 4, 5) for i, (y, x) in zip(images, boxes)]))
    result = {}
    for layer in ("relu1", "relu", "fc"):
        signs = (clean[layer] - masked[layer]).flatten(1).sign()
        result[layer] = [(signs[i] != signs[j]).double().mean().item() for i, j in itertools.combinations(range(4), 2)]
    return result


def invariance():
    image = grid(100, 1, 3, SIDE, SIDE)
    clean, result = network(image), {}
    for shift in (-3, 1, 4):
        moved = torch.zeros_like(image)
        moved[..., max(0, shift):SIDE + min(0, shift), :] = image[..., max(0, -shift):SIDE - max(0, shift), :]
        out = network(moved)
        result[shift] = {"p": out["fc"].softmax(1)[0, 1].item()}
        for layer in ("relu1", "fc"):
            a, b = clean[layer].flatten(), out[layer].flatten()
            result[shift][layer] = [(a - b).norm().item(), (a / a.norm() - b / b.norm()).norm().item()]
    return result


def warps():
    height, width, fill = 7, 10, torch.tensor([90.0, 120.0, 30.0], dtype=torch.float64).view(1, 3, 1, 1)
    picture = ((grid(300, 1, 3, height, width) * 8 + 8) * 15).round()
    result = {"picture": picture[0].flatten().int().tolist()}
    for name, scale, degrees, shift in (("scale", 1.3, 0, 0), ("smaller", 0.7, 0, 0), ("rotation", 1, 30, 0), ("half", 1, 180, 0), ("translation", 1, 0, 2.5)):
        angle = math.radians(degrees)
        y, x = torch.meshgrid(torch.arange(height).double(), torch.arange(width).double(), indexing="ij")
        y, x = y - (height - 1) / 2 - shift, x - (width - 1) / 2
        # counter-clockwise on the screen, where y points down: the source of (x, y) is (x, y) turned clockwise
        sx, sy = (math.cos(angle) * x - math.sin(angle) * y) / scale, (math.sin(angle) * x + math.cos(angle) * y) / scale
        where = torch.stack([2 * sx / (width - 1), 2 * sy / (height - 1)], -1)[None]
        warped = F.grid_sample(picture - fill, where, mode="bilinear", padding_mode="zeros", align_corners=True) + fill
        result[name] = warped[0].flatten().tolist()
    return result


if __name__ == "__main__":
    found = {"occlusion": occlusion(), "correspondence": correspondence(), "invariance": invariance(), "warps": warps()}
    pathlib.Path(__file__).with_name("experiments.json").write_text(json.dumps(found, indent=1) + "\n")
