"""Writes the reference values of the training input: colour changes by torchvision's formulas (v0.14, _functional_tensor.py: adjust_brightness,
adjust_contrast, adjust_saturation, for float pictures, here from 0 to 255), checked against Pillow's ImageEnhance (whole numbers: 2 levels at most), and
the mean of each pixel by numpy. Made with numpy 1.24 and Pillow 9.4."""
import os

import numpy as np
from PIL import Image, ImageEnhance

here = os.path.dirname(os.path.abspath(__file__))
pictures = np.random.default_rng(20131112).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)      # pictures, rows, columns, RGB


def blend(picture, other, factor):
    return np.clip(factor * picture + (1 - factor) * other, 0, 255)


def grey(picture):
    return (0.2989 * picture[..., 0] + 0.587 * picture[..., 1] + 0.114 * picture[..., 2])[..., None]


changes = {
    "brightness": (lambda p, f: blend(p, np.zeros_like(p), f), ImageEnhance.Brightness),
    "contrast": (lambda p, f: blend(p, np.full_like(p, grey(p).mean()), f), ImageEnhance.Contrast),
    "saturation": (lambda p, f: blend(p, grey(p), f), ImageEnhance.Color),
}
np.save(os.path.join(here, "pictures.npy"), pictures)
np.save(os.path.join(here, "pixel_mean.npy"), pictures.astype(np.float64).mean(0).transpose(2, 0, 1).astype(np.float32))
for name, (formula, pillow) in changes.items():
    for factor in (0.0, 0.4, 1.7):
        values = formula(pictures[0].astype(np.float64), factor)
        peer = np.asarray(pillow(Image.fromarray(pictures[0])).enhance(factor)).astype(np.float64)
        assert np.abs(values - peer).max() <= 2, (name, factor, np.abs(values - peer).max())
        np.save(os.path.join(here, f"{name}_{factor}.npy"), values.transpose(2, 0, 1).astype(np.float32))
