"""Exports small networks with PyTorch's LocalResponseNorm, and what PyTorch computes with them.

    python3 torch_normalization.py        (PyTorch 1.13; writes beside itself)

Operator set 9 writes the normalisation out in Pow, Pad and AveragePool; sets from 11 on ask with an If whether an axis may be squeezed. A window of even
size looks one channel farther ahead in PyTorch than in ONNX's LRN. 'choice' decides by the brightness of the image.
"""
import json
import os

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


class Normalised(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.first, self.norm, self.second = nn.Conv2d(3, 8, 3, 2), nn.LocalResponseNorm(size, 0.5, 0.75, 2.0), nn.Conv2d(8, 4, 3)

    def forward(self, x):
        return torch.relu(self.second(self.norm(torch.relu(self.first(x)))))


class Choice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, 2)

    def forward(self, x):
        y = self.first(x)
        if y.mean() > 0:
            y = torch.relu(y)
        return y


def export(model, x, name, opset):
    torch.onnx.export(model, x, os.path.join(HERE, name + ".onnx"), opset_version=opset, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})


def main():
    cases = {}
    for size in (5, 4):
        torch.manual_seed(size)
        model, x = Normalised(size).eval(), torch.randn(2, 3, 12, 12)
        for opset in (9, 13):
            name = f"torch_lrn{size}_opset{opset}"
            export(model, x, name, opset)
            cases[name] = {"x": x.flatten().tolist(), "y": model(x).flatten().tolist()}
    export(torch.jit.script(Choice().eval()), torch.randn(2, 3, 12, 12), "torch_choice", 13)
    with open(os.path.join(HERE, "torch_normalization.json"), "w") as file:
        json.dump(cases, file)


main()
