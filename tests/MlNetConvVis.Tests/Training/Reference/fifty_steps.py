"""Fifty steps of SGD in PyTorch, in float64: what both training engines must come to from the same weights, pictures and batch order.

Weights, pictures, labels and batches are drawn by SplitMix64 (FiftySteps.cs draws the same), so only the results are stored.
Needs PyTorch 1.13 and numpy (Debian 12: python3-torch):  python3 fifty_steps.py   writes fifty_steps.json beside itself.
"""
import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

SPEC = """name: fifty-steps
input: { channels: 3, height: 24, width: 24 }
classes: 5
layers:
  - conv1: { type: conv, filters: 8, kernel: 5, stride: 2, pad: same, activation: relu }
  - pool1: { type: maxpool, kernel: 3, stride: 2, pad: same }
  - norm1: { type: lrn, size: 5, alpha: 0.1 }
  - conv2: { type: conv, filters: 16, kernel: 3, pad: same, batchnorm: true, activation: relu }
  - pool2: { type: maxpool, kernel: 3, stride: 2, pad: same }
  - fc3: { type: dense, units: 16, activation: relu }
  - fc4: { type: dense, units: classes }
  - prob: { type: softmax }
"""
OPTIONS = {"rate": 0.02, "momentum": 0.9, "weight_decay": 0.01, "filter_rms_limit": 0.14, "label_smoothing": 0.1, "statistics_momentum": 0.9}
SEED, CLASSES, IMAGES, BATCH, STEPS, SIDE, BLOCK = 50, 5, 40, 8, 50, 24, 4
# Name, shape, and the most that a weight differs from the middle, a power of two; in the order of drawing.
PARAMETERS = [
    ("conv1/weights", (8, 3, 5, 5), 0, 0.25), ("conv1/bias", (8,), 0, 0.125),
    ("conv2/weights", (16, 8, 3, 3), 0, 0.25), ("conv2/scale", (16,), 1, 0.25), ("conv2/shift", (16,), 0, 0.125),
    ("fc3/weights", (16, 144), 0, 0.25), ("fc3/bias", (16,), 0, 0.125),
    ("fc4/weights", (5, 16), 0, 0.5), ("fc4/bias", (5,), 0, 0.125),
]


class SplitMix64:
    MASK = 2 ** 64 - 1

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return z ^ (z >> 31)

    def values(self, shape, middle=0.0, most=1.0):
        """Multiples of most/1024 from middle-most up to, not including, middle+most: exact in float32."""
        count = torch.Size(shape).numel()
        return torch.tensor([middle + most * ((self.next() >> 53) - 1024) / 1024 for _ in range(count)], dtype=torch.float64).reshape(shape)


def draw():
    """Each class is a pattern of 4x4 blocks, each picture its class's pattern with noise; every batch takes the next pictures of a row that starts anew."""
    random = SplitMix64(SEED)
    weights = {name: random.values(shape, middle, most) for name, shape, middle, most in PARAMETERS}
    blocks = random.values((CLASSES, 3, SIDE // BLOCK, SIDE // BLOCK))
    patterns = blocks.repeat_interleave(BLOCK, 2).repeat_interleave(BLOCK, 3)
    labels = torch.arange(IMAGES) % CLASSES
    images = patterns[labels] + random.values((IMAGES, 3, SIDE, SIDE))
    batches = [[int(random.next() >> 32) % IMAGES for _ in range(BATCH)] for _ in range(STEPS)]
    return weights, images, labels, batches


class Net(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 8, 5, stride=2), nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16, momentum=1 - OPTIONS["statistics_momentum"])
        self.lrn, self.fc3, self.fc4 = nn.LocalResponseNorm(5, alpha=5 * 0.1, beta=0.75, k=2), nn.Linear(144, 16), nn.Linear(16, CLASSES)
        self.to(torch.float64)
        with torch.no_grad():
            for name, value in weights.items():
                self.parameter(name).copy_(value)

    def parameter(self, name):
        layer, part = name.split("/")
        module = self.bn2 if part in ("scale", "shift", "mean", "variance") else getattr(self, layer)
        names = {"weights": "weight", "scale": "weight", "bias": "bias", "shift": "bias", "mean": "running_mean", "variance": "running_var"}
        return getattr(module, names[part])

    def forward(self, x):
        x = F.relu(self.conv1(F.pad(x, (1, 2, 1, 2))))                               # 24 to 12 with windows of 5: 3 to pad, more at the end
        x = self.lrn(F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-torch.inf), 3, 2))   # 12 to 6 with windows of 3: 1 to pad
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-torch.inf), 3, 2).flatten(1)
        return self.fc4(F.relu(self.fc3(x)))


def limit_filters(net):
    """A filter whose root mean square exceeds the limit is scaled back to it (Zeiler and Fergus 2013, section 3)."""
    scaled = 0
    with torch.no_grad():
        for conv in (net.conv1, net.conv2):
            rms = conv.weight.pow(2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
            scaled += int((rms > OPTIONS["filter_rms_limit"]).sum())
            conv.weight.mul_((OPTIONS["filter_rms_limit"] / rms).clamp(max=1))
    return scaled


def train():
    weights, images, labels, batches = draw()
    net = Net(weights)
    decayed = [p for name, p in net.named_parameters() if name.endswith("weight") and not name.startswith("bn")]
    others = [p for p in net.parameters() if not any(p is d for d in decayed)]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": OPTIONS["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        lr=OPTIONS["rate"], momentum=OPTIONS["momentum"])
    losses, correct, scaled = [], [], 0
    for batch in batches:
        logits, wanted = net(images[batch]), labels[batch]
        loss = F.cross_entropy(logits, wanted, label_smoothing=OPTIONS["label_smoothing"])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        scaled += limit_filters(net)
        losses.append(loss.item())
        correct.append(int((logits.argmax(1) == wanted).sum()))
    print(f"loss {losses[0]:.3f} to {losses[-1]:.3f}, {sum(correct[-5:])} of {5 * BATCH} right in the last five, {scaled} of {STEPS * 24} filters scaled back")
    state = {name: net.parameter(name) for name, *_ in PARAMETERS}
    state |= {f"{name}/velocity": optimiser.state[value]["momentum_buffer"] for name, value in list(state.items())}
    state |= {f"conv2/{part}/running": net.parameter(f"conv2/{part}") for part in ("mean", "variance")}
    net.eval()
    return losses, correct, state, net(images[:BATCH])


def numbers(tensor):
    return [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]


def main():
    losses, correct, state, outputs = train()
    record = {
        "spec": SPEC, "options": OPTIONS, "seed": SEED, "images": IMAGES, "batch": BATCH, "block": BLOCK,
        "parameters": [{"name": n, "middle": m, "most": most} for n, _, m, most in PARAMETERS],
        "losses": [float(f"{v:.9g}") for v in losses], "correct": correct,
        "state": {name: numbers(value) for name, value in state.items()}, "logits": numbers(outputs),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in record.items())
    path.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
