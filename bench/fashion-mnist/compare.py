"""Trains fashion.yaml with convvis and the same network with the same recipe in PyTorch, several seeds each, and compares the test accuracies.

    python3 bench/fashion-mnist/compare.py --data FOLDER [--seeds 3]

FOLDER holds Fashion-MNIST's four IDX files as they come (.gz; Debian's package dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist).
Needs torch and numpy. Passes (exit code 0) when the mean accuracies lie within 0.5 percentage points.
"""
import argparse
import gzip
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 0.5      # percentage points
EPOCHS, BATCH, RATE, MOMENTUM, DECAY = 5, 128, 0.05, 0.9, 5e-4      # as in fashion.yaml


def idx(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder, part):
    images = idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = idx(folder / f"{part}-labels-idx1-ubyte.gz", 8)
    pixels = (torch.from_numpy(images.astype(np.float32)) - 128) / 64
    return pixels.repeat(1, 3, 1, 1), torch.from_numpy(labels.astype(np.int64))


def network():
    net = nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net


def peer(seed, train, test):
    torch.manual_seed(seed)
    net = network()
    weights = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() == 1]
    sgd = torch.optim.SGD([{"params": weights, "weight_decay": DECAY}, {"params": others}], lr=RATE, momentum=MOMENTUM)
    images, labels = train
    steps = len(labels) // BATCH
    for epoch in range(EPOCHS):
        net.train()
        order = torch.randperm(len(labels))
        for step in range(steps):
            for group in sgd.param_groups:
                group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * (epoch * steps + step) / (EPOCHS * steps)))
            batch = order[step * BATCH:(step + 1) * BATCH]
            loss = nn.functional.cross_entropy(net(images[batch]), labels[batch])
            sgd.zero_grad()
            loss.backward()
            sgd.step()
    net.eval()
    with torch.no_grad():
        guesses = torch.cat([net(part).argmax(1) for part in test[0].split(1000)])
    return 100 * (guesses == test[1]).float().mean().item()


def ours(seed, folder):
    with tempfile.TemporaryDirectory() as out:
        call = [HERE.parent.parent / "convvis", "train", HERE / "fashion.yaml", "--data", folder, "--out", out, "--seed", str(seed), "--json"]
        done = subprocess.run([str(c) for c in call], check=True, stdout=subprocess.PIPE)
        return 100 * json.loads(done.stdout)["epochs"][-1]["validationAccuracy"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    train, test = load(given.data, "train"), load(given.data, "t10k")
    found = {"convvis": [], "PyTorch": []}
    for seed in range(given.seeds):
        found["convvis"].append(ours(seed, given.data))
        found["PyTorch"].append(peer(seed, train, test))
        print(f"seed {seed}: convvis {found['convvis'][-1]:.2f} %, PyTorch {found['PyTorch'][-1]:.2f} %", flush=True)
    means = {name: statistics.mean(values) for name, values in found.items()}
    for name, values in found.items():
        deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
        print(f"{name}: {means[name]:.2f}{deviation} % of the 10,000 test images")
    difference = means["convvis"] - means["PyTorch"]
    passed = abs(difference) <= TOLERANCE
    print(f"difference {difference:+.2f} points, tolerance {TOLERANCE}: {'passed' if passed else 'failed'} (PyTorch {torch.__version__})")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
