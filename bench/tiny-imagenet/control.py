"""Trains the network of models/zfnet64-tiny-imagenet.yaml with its recipe in PyTorch, for as many of its twelve epochs as are asked for.

    python3 bench/tiny-imagenet/control.py --data tiny-imagenet-200.tar.gz [--epochs 1] [--seed 0]

A control of training quality: `convvis train`, stopped after the same epoch (its learning rate then is that of the same place in the twelve), stands in the
metrics.csv beside the network. Layers, initial weights, order, pictures' variation, schedule, momentum, weight decay (weights only) and label smoothing are
those of the spec; random numbers are PyTorch's own. Needs torch, numpy and Pillow.
"""
import argparse
import io
import math
import pathlib
import re
import tarfile
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

SIDE, BATCH, EPOCHS, PEAK, RISING, FINAL = 64, 64, 12, 0.06, 0.2, 0.001
MOMENTUM, DECAY, SMOOTHING = 0.9, 5e-4, 0.1
SHIFT, SCALE, MIX, CONTRAST, BRIGHTNESS = 6, 0.1, 0.1, 0.3, 0.1


def read(archive):
    train, val, names = [], {}, {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            parts = entry.name.split("/")
            if entry.name.endswith(".JPEG"):
                pixels = np.asarray(Image.open(io.BytesIO(tar.extractfile(entry).read())).convert("RGB")).transpose(2, 0, 1).copy()
                if parts[1] == "train":
                    train.append((parts[2], pixels))
                elif parts[1] == "val":
                    val[parts[-1]] = pixels
            elif parts[-1] == "val_annotations.txt":
                text = tar.extractfile(entry).read().decode()
                names = dict(re.match(r"(\S+)\t(\S+)", line).groups() for line in text.splitlines() if line)
    classes = {name: i for i, name in enumerate(sorted({name for name, _ in train}))}
    pack = lambda items: (torch.from_numpy(np.stack([p for _, p in items])), torch.tensor([classes[n] for n, _ in items]))
    return pack(train), pack([(names[file], pixels) for file, pixels in val.items()])


def network(classes):
    def block(inputs, outputs, kernel, stride=1):
        return [nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    def pool():
        return [nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(3, 2)]      # 'same' for even sizes and a stride of 2; after a ReLU zeros are never above the maximum

    first = [nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(3, 48, 5, 2, bias=False), nn.BatchNorm2d(48), nn.ReLU()]
    net = nn.Sequential(
        *first, *pool(), *block(48, 96, 3), *pool(), *block(96, 160, 3), *block(160, 160, 3), *block(160, 128, 3), *pool(),
        nn.Flatten(), nn.Linear(128 * 16, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, classes))
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    nn.init.normal_(net[-1].weight, std=0.01)
    return net


def signed(*shape):
    return 2 * torch.rand(*shape) - 1


def vary(pixels):
    """Mirrored, moved, scaled (bilinear, nearest edge outside), colours mixed, contrast and brightness changed."""
    count = len(pixels)
    scale, mirror = 1 + SCALE * signed(count), 1 - 2 * torch.randint(0, 2, (count,)).float()
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = mirror / scale, 1 / scale
    moved = torch.randint(-SHIFT, SHIFT + 1, (count, 2)).float() * 2 / (SIDE - 1)
    theta[:, 0, 2], theta[:, 1, 2] = -moved[:, 0] * mirror / scale, -moved[:, 1] / scale
    grid = functional.affine_grid(theta, pixels.shape, align_corners=True)
    pixels = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=True)
    mix = torch.eye(3) + MIX * signed(count, 3, 3)
    mix = mix / mix.sum(2, keepdim=True)
    contrast = 1 + CONTRAST * signed(count, 1, 1)
    offset = 127.5 * (1 - contrast) + 255 * BRIGHTNESS * signed(count, 1, 1)
    return (contrast * (mix @ pixels.flatten(2)) + offset).clamp(0, 255).view_as(pixels)


def rate(part):
    if part < RISING:
        return PEAK * (0.04 + 0.96 * part / RISING)
    return PEAK * (FINAL + (1 - FINAL) * 0.5 * (1 + math.cos(math.pi * (part - RISING) / (1 - RISING))))


def accuracy(net, images, labels):
    net.eval()
    with torch.no_grad():
        scores = torch.cat([net((part.float() - 128) / 64) for part in images.split(256)])
    best = scores.topk(5).indices == labels[:, None]
    return best[:, 0].float().mean().item(), best.any(1).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=1, help=f"how many of the {EPOCHS}")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    (images, labels), validation = read(given.data)
    net = network(int(labels.max()) + 1)
    weights, others = [p for p in net.parameters() if p.dim() > 1], [p for p in net.parameters() if p.dim() == 1]
    sgd = torch.optim.SGD([{"params": weights, "weight_decay": DECAY}, {"params": others}], lr=PEAK, momentum=MOMENTUM)
    print(f"{len(labels)} photos to train on, {len(validation[1])} to check with, {sum(p.numel() for p in net.parameters())} parameters", flush=True)
    steps = len(labels) // BATCH
    for epoch in range(given.epochs):
        net.train()
        order, right, lost, clock = torch.randperm(len(labels)), 0, 0.0, time.monotonic()
        for step in range(steps):
            for group in sgd.param_groups:
                group["lr"] = rate((epoch + step / steps) / EPOCHS)
            batch = order[step * BATCH:(step + 1) * BATCH]
            scores = net((vary(images[batch].float()) - 128) / 64)
            loss = functional.cross_entropy(scores, labels[batch], label_smoothing=SMOOTHING)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            right += (scores.argmax(1) == labels[batch]).sum().item()
            lost += loss.item()
        top1, top5 = accuracy(net, *validation)
        print(f"epoch {epoch + 1}: training loss {lost / steps:.4f}, {100 * right / (steps * BATCH):.2f} % right; validation {100 * top1:.2f} %, "
              f"top 5 {100 * top5:.2f} %; {time.monotonic() - clock:.0f} s", flush=True)


if __name__ == "__main__":
    main()
