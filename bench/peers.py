"""The other side of bench/: the same work in PyTorch and Pillow, run on request.

    python3 peers.py FOLDER THREADS

Requests come as JSON, one a line, and so do answers. FOLDER holds what both sides share: <network>/image.npy, <network>/<layer>.weights.npy, photos.

    first answer   {"python": .., "torch": .. or null, "pillow": .. or null, "sklearn": .. or null}
    {"do": "jpeg", "folder": F}   makes JPEG files of the PNG files in F and deletes those          -> {}
    {"do": "open", "case": {..}}  builds the work; a network's memory format is the faster of two  -> {"note": ".."}
    {"do": "run"}                 runs it once           -> {"seconds": .., "processorSeconds": of all threads, "mean": mean absolute value of the result,
                                                        "accuracy": share of unseen rows labelled rightly, of heads}
    {"do": "close"}               lets go of it          -> {"peakMegabytes": the most memory that the process has held so far}
    an error                                             -> {"error": ".."}
"""
import json
import pathlib
import platform
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

try:
    import numpy as np
except ImportError:
    np = None
try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.nn.utils.fusion import fuse_conv_bn_eval
except ImportError:
    torch = None
try:
    import PIL
    from PIL import Image
except ImportError:
    PIL = None
try:
    import sklearn
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC
except ImportError:
    sklearn = None

FOLDER = pathlib.Path(sys.argv[1])
THREADS = int(sys.argv[2])

if torch:
    class SignalRelu(torch.autograd.Function):
        """ReLU whose way back rectifies the signal: the deconvnet's rule."""

        @staticmethod
        def forward(ctx, x):
            return F.relu(x)

        @staticmethod
        def backward(ctx, signal):
            return F.relu(signal)

    class PassedNorm(torch.autograd.Function):
        """Contrast normalisation whose way back passes the signal on: the deconvnet's rule."""

        @staticmethod
        def forward(ctx, x):
            return contrast_norm(x)

        @staticmethod
        def backward(ctx, signal):
            return signal

    def contrast_norm(x):
        return F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2.0)

    class Twin(nn.Module):
        """A network as a list of (name, kind); convolutions are padded by (left, right, top, bottom)."""

        def __init__(self):
            super().__init__()
            self.order, self.parts, self.pads, self.norms = [], nn.ModuleDict(), {}, nn.ModuleDict()
            self.windows, self.rectified = {}, set()

        def conv(self, name, channels, filters, kernel, stride=1, pad=0, before=None, norm=False):
            self.order.append((name, "conv"))
            self.parts[name] = nn.Conv2d(channels, filters, kernel, stride, pad, bias=not norm)
            self.pads[name] = before
            if norm:
                self.norms[name] = nn.BatchNorm2d(filters)
            return self

        def pool(self, name, window=(3, 2)):
            # Rounding up is the specs' one row and column more at the end of a map.
            self.order.append((name, "pool"))
            self.windows[name] = window
            return self

        def norm(self, name):
            self.order.append((name, "norm"))
            return self

        def dense(self, name, inputs, units, relu=False):
            self.order.append((name, "dense"))
            self.parts[name] = nn.Linear(inputs, units)
            if relu:
                self.rectified.add(name)
            return self

        def cut(self, last):
            """Takes away what lies behind a layer."""
            place = [name for name, _ in self.order].index(last)
            for name, _ in self.order[place + 1:]:
                if name in self.parts:
                    del self.parts[name]
            self.order = self.order[:place + 1]
            return self

        def load(self, folder):
            with torch.no_grad():
                for name, part in self.parts.items():
                    part.weight.copy_(torch.from_numpy(np.load(folder / (name + ".weights.npy"))))
                    if part.bias is not None:
                        part.bias.zero_()
            return self

        def fold(self):
            """Batch normalisation into the convolutions, as our side does before it computes features."""
            self.eval()
            for name in list(self.norms):
                self.parts[name] = fuse_conv_bn_eval(self.parts[name], self.norms[name])
                del self.norms[name]
            return self.requires_grad_(False)

        def forward(self, x, last, relu=F.relu, norm=contrast_norm, switches=None):
            for name, kind in self.order:
                if kind == "conv":
                    if self.pads[name]:
                        x = F.pad(x, self.pads[name])
                    x = self.parts[name](x)
                    if name in self.norms:
                        x = self.norms[name](x)
                    x = relu(x)
                elif kind == "pool":
                    if switches is None:
                        x = F.max_pool2d(x, *self.windows[name], ceil_mode=True)
                    else:
                        x, places = F.max_pool2d(x, *self.windows[name], ceil_mode=True, return_indices=True)
                        switches.append(places)
                elif kind == "norm":
                    x = norm(x)
                else:
                    x = self.parts[name](x.flatten(1))
                    if name in self.rectified:
                        x = relu(x)
                if name == last:
                    return x
            raise ValueError(f"no layer '{last}'")

    def zfnet(classes):
        # models/zfnet.yaml without dropout
        return (Twin().conv("conv1", 3, 96, 7, 2, before=(0, 1, 0, 1)).pool("pool1").norm("norm1")
                .conv("conv2", 96, 256, 5, 2).pool("pool2").norm("norm2")
                .conv("conv3", 256, 384, 3, pad=1).conv("conv4", 384, 384, 3, pad=1).conv("conv5", 384, 256, 3, pad=1).pool("pool5")
                .dense("fc6", 9216, 4096, relu=True).dense("fc7", 4096, 4096, relu=True).dense("fc8", 4096, classes))

    def zfnet64(classes):
        # models/zfnet64.yaml; 'same' pads the odd row and column at the end.
        return (Twin().conv("conv1", 3, 32, 5, 2, before=(1, 2, 1, 2), norm=True).pool("pool1")
                .conv("conv2", 32, 64, 3, pad=1, norm=True).pool("pool2")
                .conv("conv3", 64, 96, 3, pad=1, norm=True).conv("conv4", 96, 96, 3, pad=1, norm=True)
                .conv("conv5", 96, 64, 3, pad=1, norm=True).pool("pool5").dense("fc6", 1024, classes))

    def fashion(classes):
        # fashion-mnist/fashion.yaml, of the size of LeNet
        return (Twin().conv("conv1", 3, 16, 5, pad=2, norm=True).pool("pool1", (2, 2))
                .conv("conv2", 16, 32, 5, pad=2, norm=True).pool("pool2", (2, 2))
                .dense("fc3", 1568, 128, relu=True).dense("fc4", 128, classes))

    TWINS = {"zfnet": zfnet, "zfnet64": zfnet64, "fashion": fashion}


def timed(action):
    """Runs something. Gives seconds by the clock and of processor time, and what it gave."""
    clock, processor = time.perf_counter(), time.process_time()
    result = action()
    return (time.perf_counter() - clock, time.process_time() - processor), result


class NetworkWork:
    """Work of a network, in one memory format."""

    def __init__(self, case, memory):
        self.case, folder = case, FOLDER / case["network"]
        self.net = TWINS[case["network"]](case["classes"]).cut(case["layer"]).load(folder)
        if case["kind"] != "training":
            self.net.fold()
        self.net.to(memory_format=memory)
        images = torch.from_numpy(np.load(folder / "image.npy")[:case["batch"]])
        self.images, self.memory = images.to(memory_format=memory), memory
        self.step = {"features": self.features, "switches": self.switches, "projection": self.projection, "reverse": self.reverse,
                     "figure": self.figure, "training": self.training, "occlusion": self.occlusion}[case["kind"]]
        if case["kind"] == "reverse":
            self.graph = self.seeded(self.images)
        if case["kind"] == "figure":
            self.photos = np.memmap(folder / "photos.bin", np.uint8).reshape(case["photos"], *images.shape[1:])
        if case["kind"] == "training":
            self.net.train()
            self.labels = torch.arange(case["batch"]) % case["classes"]
            self.sgd = torch.optim.SGD(self.net.parameters(), lr=case["rate"], momentum=0.9)

    def features(self):
        with torch.inference_mode():
            return self.net(self.images, self.case["layer"])

    def switches(self):
        with torch.inference_mode():
            return self.net(self.images, self.case["layer"], switches=[])

    def seeded(self, images, layer=None, units=None):
        """Forward to a layer; gives its values, the images, and a seed that holds each image's unit alone."""
        images = images.detach().requires_grad_()
        values = self.net(images, layer or self.case["layer"], SignalRelu.apply, PassedNorm.apply)
        rows, units = torch.arange(len(values)), torch.as_tensor(self.case["units"] if units is None else units)
        seed = torch.zeros(len(values), values[0].numel())
        seed[rows, units] = values.detach().flatten(1)[rows, units]
        return values, images, seed.view(values.shape)

    def projection(self):
        return torch.autograd.grad(*self.seeded(self.images))[0]

    def reverse(self):
        return torch.autograd.grad(*self.graph, retain_graph=True)[0]

    def numbers(self, places):
        return torch.from_numpy(self.photos[places].astype(np.float32) - 128).to(memory_format=self.memory)

    def figure(self):
        """The strongest activations of some maps, one a photo, by hooks over the collection; then each photo's unit by autograd."""
        case, best, seen = self.case, {}, {}
        kept = [self.net.parts[layer].register_forward_hook(lambda _, __, values, layer=layer: seen.__setitem__(layer, values)) for layer in case["layers"]]
        with torch.inference_mode():
            for first in range(0, case["photos"], 16):
                self.net(self.numbers(slice(first, first + 16)), case["layers"][-1])
                for layer in case["layers"]:
                    values, places = seen[layer][:, :case["maps"]].flatten(2).max(2)
                    photos = torch.arange(first, first + len(values)).unsqueeze(1).expand(-1, case["maps"])
                    old = best.get(layer)
                    joined = [torch.cat([o, n]) for o, n in zip(old, (values, places, photos))] if old else [values, places, photos]
                    order = joined[0].topk(min(case["top"], len(joined[0])), dim=0).indices
                    best[layer] = [part.gather(0, order) for part in joined]
        for hook in kept:
            hook.remove()
        total, count = 0.0, 0
        for layer in case["layers"]:
            values, places, photos = best[layer]
            area = seen[layer][0, 0].numel()
            units = (places + area * torch.arange(case["maps"])).flatten()
            photos = photos.flatten()
            for first in range(0, len(units), 16):
                graph = self.seeded(self.numbers(photos[first:first + 16].numpy()), layer, units[first:first + 16])
                total += torch.autograd.grad(*graph)[0].abs().sum().item()
                count += len(graph[1])
        return torch.tensor(total / count)

    def occlusion(self):
        """The scores of the first image with a square of zeros at every place: whole images, in batches."""
        case, side = self.case, self.images.shape[-1]
        starts = list(range(0, side - case["size"] + 1, case["stride"]))
        if starts[-1] < side - case["size"]:
            starts.append(side - case["size"])
        places = [(y, x) for y in starts for x in starts]
        scores = []
        with torch.inference_mode():
            for first in range(0, len(places), case["batch"]):
                part = places[first:first + case["batch"]]
                covered = self.images[:1].repeat(len(part), 1, 1, 1)
                for image, (y, x) in zip(covered, part):
                    image[:, y:y + case["size"], x:x + case["size"]] = 0
                scores.append(self.net(covered.to(memory_format=self.memory), case["layer"]))
        return torch.cat(scores)

    def training(self):
        self.sgd.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.net(self.images, self.case["layer"]), self.labels)
        loss.backward()
        self.sgd.step()
        return loss.detach()

    def run(self):
        times, result = timed(self.step)
        return times, result.abs().mean().item()


class ImageWork:
    """Decode, resize the shorter side to 256, cut out the centre of 224x224, subtract a colour; as floats, channels first."""

    def __init__(self, case):
        self.files = sorted(pathlib.Path(case["folder"]).iterdir())
        self.out = np.empty((len(self.files), 3, 224, 224), np.float32)
        self.pool = ThreadPoolExecutor(THREADS)
        self.mean = np.array([123.68, 116.779, 103.939], np.float32)

    def load(self, place):
        with Image.open(self.files[place]) as image:
            image = image.convert("RGB")
        width, height = image.size
        shorter = min(width, height)
        image = image.resize((256 * width // shorter, 256 * height // shorter), Image.BILINEAR)
        left, top = (image.width - 224) // 2, (image.height - 224) // 2
        pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), np.float32)
        self.out[place] = (pixels - self.mean).transpose(2, 0, 1)

    def run(self):
        times, _ = timed(lambda: list(self.pool.map(self.load, range(len(self.files)))))
        return times, float(np.abs(self.out).mean())


class HeadWork:
    """A linear head on standardised features, by scikit-learn with its own tolerances. Its C is 1 / (rows L2)."""

    def __init__(self, case):
        self.case = case
        self.train, self.test, self.labels, self.unseen = (
            np.load(FOLDER / "heads" / (name + ".npy")) for name in ("train", "test", "train-labels", "test-labels"))

    def fit(self):
        scaler = StandardScaler()
        x = scaler.fit_transform(self.train)
        c = 1 / (len(x) * self.case["l2"])
        if self.case["head"] == "Svm":      # more features than rows: the dual is LIBLINEAR's faster way, and its default
            return scaler, x, LinearSVC(C=c, max_iter=10000, random_state=0).fit(x, self.labels)
        return scaler, x, LogisticRegression(C=c, max_iter=10000).fit(x, self.labels)

    def objective(self, x, head):
        """Mean loss plus penalty, in double precision."""
        weights, bias = head.coef_.astype(np.float64), head.intercept_.astype(np.float64)
        scores = x.astype(np.float64) @ weights.T + bias
        own = scores[np.arange(len(x)), self.labels]
        penalty = np.square(weights).sum()
        if self.case["head"] == "Svm":
            loss = np.square(np.maximum(0, 1 + scores)).sum(1) - np.square(np.maximum(0, 1 + own)) + np.square(np.maximum(0, 1 - own))
            penalty += np.square(bias).sum()
        else:
            top = scores.max(1)
            loss = np.log(np.exp(scores - top[:, None]).sum(1)) + top - own
        return loss.mean() + 0.5 * self.case["l2"] * penalty

    def run(self):
        times, (scaler, x, head) = timed(self.fit)
        self.accuracy = float((head.predict(scaler.transform(self.test)) == self.unseen).mean())
        return times, float(self.objective(x, head))


def faster_format(case):
    """Opens a case in both memory formats, and keeps the faster one by processor time, which other programs disturb least, anew."""
    trial = {**case, "kind": "features"} if case["kind"] in ("figure", "occlusion") else case
    best = {}
    for name in ("contiguous_format", "channels_last"):
        work = NetworkWork(trial, getattr(torch, name))
        work.run()
        best[name] = min(work.run()[0][1] for _ in range(3))
    name = min(best, key=best.get)
    return NetworkWork(case, getattr(torch, name)), name


def opened(case):
    if case["kind"] == "images":
        if not PIL or not np:
            return None, "Pillow or NumPy is missing"
        return ImageWork(case), f"Pillow, {THREADS} threads"
    if case["kind"] == "head":
        if not sklearn or not np:
            return None, "scikit-learn or NumPy is missing"
        return HeadWork(case), "LIBLINEAR" if case["head"] == "Svm" else "L-BFGS"
    if not torch or not np:
        return None, "PyTorch or NumPy is missing"
    work, name = faster_format(case)
    return work, "channels last" if name == "channels_last" else "channels first"


def to_jpeg(folder):
    for file in sorted(pathlib.Path(folder).glob("*.png")):
        with Image.open(file) as image:
            image.convert("RGB").save(file.with_suffix(".jpg"), quality=90)
        file.unlink()


def answers():
    yield {"python": platform.python_version(), "torch": torch and torch.__version__, "pillow": PIL and PIL.__version__,
           "sklearn": sklearn and sklearn.__version__}
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "jpeg":
                to_jpeg(request["folder"])
                yield {}
            elif request["do"] == "open":
                work, note = opened(request["case"])
                yield {"note": note} if work else {"error": note}
            elif request["do"] == "run":
                (seconds, processor), mean = work.run()
                yield {"seconds": seconds, "processorSeconds": processor, "mean": mean, "accuracy": getattr(work, "accuracy", None)}
            else:
                work = None
                yield {"peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 10**6}
        except Exception as failure:  # told to the other side, which stops
            yield {"error": f"{type(failure).__name__}: {failure}"}


if __name__ == "__main__":
    if torch:
        torch.set_num_threads(THREADS)
        torch.manual_seed(0)
    for answer in answers():
        print(json.dumps(answer), flush=True)
