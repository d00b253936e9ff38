"""A training run in PyTorch: convolutions with and without batch normalisation, pooling, dense layers; SGD as the paper has it."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from cases import Numbers

GRAPH = [
    "c1 = Conv(x, w1) pads=[1,1,1,1]",
    "n1 = BatchNormalization(c1, s1, t1, m1, v1)",
    "r1 = Relu(n1)",
    "p1 = MaxPool(r1) kernel_shape=[3,3] strides=[2,2]",
    "c2 = Conv(p1, w2, b2) pads=[1,1,1,1] group=2",
    "r2 = Relu(c2)",
    "f = Flatten(r2)",
    "d = Gemm(f, w3, b3) transB=1",
    "n2 = BatchNormalization(d, s2, t2, m2, v2)",
    "r3 = Relu(n2)",
    "q = MatMul(r3, w4)",
    "z = Add(q, b4)",
    "y = Softmax(z) axis=-1",
]
OPTIONS = {"rate": 0.05, "momentum": 0.9, "weight_decay": 0.01, "filter_rms_limit": 0.25, "label_smoothing": 0.1, "statistics_momentum": 0.9}
CLASSES, IMAGES, BATCH, STEPS = 4, 24, 8, 20


def initial():
    n = Numbers("training")
    weights = {
        "w1": n.signed(6, 2, 3, 3, most=3), "s1": n.positive(6), "t1": n.signed(6, most=4), "m1": np.zeros(6), "v1": np.ones(6),
        "w2": n.signed(6, 3, 3, 3, most=2), "b2": n.signed(6, most=4),
        "w3": n.signed(8, 54, most=2), "b3": n.signed(8, most=4), "s2": n.positive(8), "t2": n.signed(8, most=4), "m2": n.signed(8), "v2": n.positive(8),
        "w4": n.signed(8, 4, most=3), "b4": n.signed(4, most=4),
    }
    weights["w1"][0] *= 0.25            # two filters that stay under the limit for a while
    weights["w2"][3] *= 0.25
    images, labels = n.signed(IMAGES, 2, 8, 8, most=10), n.random.randint(0, CLASSES, IMAGES)
    batches = [n.random.permutation(IMAGES)[:BATCH] for _ in range(STEPS)]
    return weights, images, labels, batches


class Net(nn.Module):
    """The same network with PyTorch's own layers, so that its batch normalisation keeps the running statistics."""

    def __init__(self, weights):
        super().__init__()
        self.c1, self.n1 = nn.Conv2d(2, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6)
        self.c2 = nn.Conv2d(6, 6, 3, padding=1, groups=2)
        self.d, self.n2 = nn.Linear(54, 8), nn.BatchNorm1d(8)
        self.q = nn.Linear(8, 4)
        self.names = {
            "w1": self.c1.weight, "s1": self.n1.weight, "t1": self.n1.bias, "m1": self.n1.running_mean, "v1": self.n1.running_var,
            "w2": self.c2.weight, "b2": self.c2.bias, "w3": self.d.weight, "b3": self.d.bias,
            "s2": self.n2.weight, "t2": self.n2.bias, "m2": self.n2.running_mean, "v2": self.n2.running_var,
            "w4": self.q.weight, "b4": self.q.bias,
        }
        self.to(torch.float64)
        with torch.no_grad():
            for name, value in weights.items():
                value = torch.from_numpy(value)
                self.tensor(name).copy_(value.T if name == "w4" else value)

    def tensor(self, name):
        """Looked up anew: moving the module to another type replaces its buffers."""
        found = {"m1": self.n1.running_mean, "v1": self.n1.running_var, "m2": self.n2.running_mean, "v2": self.n2.running_var}
        return found.get(name, self.names[name])

    def value(self, name, gradient=False):
        tensor = self.tensor(name).grad if gradient else self.tensor(name)
        return (tensor.T if name == "w4" else tensor).detach().numpy().copy()

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.n1(self.c1(x))), 3, 2)
        x = F.relu(self.c2(x)).flatten(1)
        return self.q(F.relu(self.n2(self.d(x))))


def limit_filters(net):
    """A filter whose root mean square exceeds the limit is scaled back to it (Zeiler and Fergus 2013, section 3)."""
    with torch.no_grad():
        for conv in (net.c1, net.c2):
            rms = conv.weight.pow(2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
            over = rms > OPTIONS["filter_rms_limit"]
            conv.weight.copy_(torch.where(over, conv.weight * OPTIONS["filter_rms_limit"] / rms, conv.weight))


def train():
    weights, images, labels, batches = initial()
    net = Net(weights)
    decayed = [net.c1.weight, net.c2.weight, net.d.weight, net.q.weight]
    others = [p for p in net.parameters() if not any(p is d for d in decayed)]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": OPTIONS["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        lr=OPTIONS["rate"], momentum=OPTIONS["momentum"])
    record = {"losses": [], "correct": []}
    for step, batch in enumerate(batches):
        logits, wanted = net(torch.from_numpy(images[batch])), torch.from_numpy(labels[batch])
        loss = F.cross_entropy(logits, wanted, label_smoothing=OPTIONS["label_smoothing"])
        optimiser.zero_grad()
        loss.backward()
        record["losses"].append(loss.item())
        record["correct"].append(int((logits.argmax(1) == wanted).sum()))
        if step == 0:
            record["gradients"] = {name: net.value(name, gradient=True) for name in weights if name[0] not in "mv"}
        optimiser.step()
        limit_filters(net)
        if step == 0:
            record["after_1"] = {name: net.value(name) for name in weights}
    record["after_20"] = {name: net.value(name) for name in weights}
    return weights, images, labels, batches, record
