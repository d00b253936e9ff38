#!/usr/bin/env python3
"""Writes svm-*.json: small data sets and what scikit-learn's LinearSVC makes of them.

Run with Debian's python3-sklearn (made with scikit-learn 1.2.1): /usr/bin/python3 make_svm_reference.py
"""
import json
from pathlib import Path

import numpy as np
from sklearn.svm import LinearSVC

CASES = [  # name, rows, features, classes, l2, standardise, and directions in which all classes vary strongly
    ("more-rows", 120, 16, 4, 1e-2, False),
    ("more-rows-standardised", 120, 16, 4, 1e-2, True),
    ("more-features-standardised", 40, 64, 5, 1e-1, True),
    # a strong penalty and strong common directions: scores lie close together, and their order comes out long after the objective is nearly right
    ("many-classes-standardised", 100, 48, 20, 5.0, True, 3),
]


def objective(x, y, model, l2):
    """Sum over classes of the mean squared hinge and l2 / 2 (|w|^2 + b^2)."""
    signs = np.where(y[:, None] == np.arange(model.coef_.shape[0])[None, :], 1.0, -1.0)
    hinge = np.maximum(0, 1 - signs * model.decision_function(x)) ** 2
    return hinge.mean(axis=0).sum() + 0.5 * l2 * ((model.coef_**2).sum() + (model.intercept_**2).sum())


def make(name, rows, features, classes, l2, standardise, common=0):
    random = np.random.default_rng(len(name))
    y = random.permutation(np.arange(rows) % classes)
    means = random.standard_normal((classes, features))
    scales = random.uniform(0.2, 3.0, features)
    raw = (means[y] * 0.6 + random.standard_normal((rows, features))) * scales + random.uniform(-2, 5, features)
    if common:
        raw = raw + 4 * random.standard_normal((rows, common)) @ random.standard_normal((common, features)) * scales + 8
    x = np.round(np.maximum(raw, 0), 4).astype(np.float32)  # as after a rectifier
    fitted = x.astype(np.float64)
    fitted = fitted - fitted.mean(axis=0)  # we centre always; here that matters, since the bias is penalised
    if standardise:
        deviation = fitted.std(axis=0)
        fitted = fitted / np.where(deviation > 0, deviation, 1)
    options = {"loss": "squared_hinge", "penalty": "l2", "C": 1 / (rows * l2)}
    model = LinearSVC(dual=False, tol=1e-12, max_iter=1_000_000, **options).fit(fitted, y)
    reference = {
        "rows": rows, "features": features, "classes": classes, "l2": l2, "standardise": standardise,
        "x": [round(float(v), 4) for v in x.ravel()], "y": y.tolist(),
        "objective": objective(fitted, y, model, l2),
        "logits": [round(float(v), 5) for v in model.decision_function(fitted).ravel()],
    }
    path = Path(__file__).with_name(f"svm-{name}.json")
    path.write_text(json.dumps(reference) + "\n")
    print(path.name, reference["objective"], (model.predict(fitted) == y).mean())


for case in CASES:
    make(*case)
