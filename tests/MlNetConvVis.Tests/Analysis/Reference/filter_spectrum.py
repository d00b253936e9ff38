"""Shares of energy by spatial frequency of random filters, by NumPy's FFT.

    python3 filter_spectrum.py > filter_spectrum.json
"""
import json

import numpy as np


def shares(filters, stride):
    power = (np.abs(np.fft.fft2(filters, s=(32, 32))) ** 2).sum(axis=0)
    f = np.abs(np.fft.fftfreq(32))
    radius = np.hypot(f[:, None], f[None, :])
    aliased = (f[:, None] > 0.5 / stride) | (f[None, :] > 0.5 / stride)
    masks = [radius < 1 / 8, (radius >= 1 / 8) & (radius <= 1 / 4), radius > 1 / 4, aliased]
    return [float(power[m].sum() / power.sum()) for m in masks]


cases = []
for seed, (channels, size, stride) in enumerate([(3, 7, 2), (3, 11, 4), (1, 3, 1)]):
    filters = np.random.RandomState(seed).randn(channels, size, size).astype(np.float32)
    cases.append({"size": size, "stride": stride, "filter": filters.ravel().tolist(), "shares": shares(filters, stride)})
print(json.dumps(cases))
