#!/usr/bin/env python3
"""Writes softmax-*.json: small data sets and what scikit-learn's LogisticRegression makes of them.

Run with Debian's python3-sklearn (made with scikit-learn 1.2.1): /usr/bin/python3 make_softmax_reference.py
"""
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

CASES = [  # name, rows, features, classes, l2, standardise
    ("more-rows", 120, 16, 4, 1e-2, False),
    ("more-rows-standardised", 120, 16, 4, 1e-3, True),
    ("more-features", 40, 64, 5, 1e-2, False),
    ("more-features-standardised", 40, 64, 5, 1e-1, True),
]


def objective(x, y, model, l2):
    z = model.decision_function(x)
    z = z - z.max(axis=1, keepdims=True)
    loss = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]
    return loss.mean() + 0.5 * l2 * (model.coef_**2).sum()


def make(name, rows, features, classes, l2, standardise):
    random = np.random.default_rng(len(name))
    y = random.permutation(np.arange(rows) % classes)
    means = random.standard_normal((classes, features))
    scales = random.uniform(0.2, 3.0, features)
    raw = (means[y] * 0.6 + random.standard_normal((rows, features))) * scales + random.uniform(-2, 5, features)
    x = np.round(np.maximum(raw, 0), 4).astype(np.float32)  # as after a rectifier
    fitted = x.astype(np.float64)
    if standardise:
        deviation = fitted.std(axis=0)
        fitted = (fitted - fitted.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    options = {"C": 1 / (rows * l2), "multi_class": "multinomial"}
    model = LogisticRegression(solver="lbfgs", tol=1e-12, max_iter=100_000, **options).fit(fitted, y)
    # L-BFGS ends where the loss no longer moves, while logits still do: those are Newton's
    exact = LogisticRegression(solver="newton-cg", tol=1e-7, max_iter=1000, **options).fit(fitted, y)
    assert (exact.predict(fitted) == model.predict(fitted)).all()
    reference = {
        "rows": rows, "features": features, "classes": classes, "l2": l2, "standardise": standardise,
        "x": [round(float(v), 4) for v in x.ravel()], "y": y.tolist(),
        "objective": objective(fitted, y, model, l2),
        "logits": [round(float(v), 5) for v in exact.decision_function(fitted).ravel()],
    }
    path = Path(__file__).with_name(f"softmax-{name}.json")
    path.write_text(json.dumps(reference) + "\n")
    print(path.name, objective(fitted, y, exact, l2), reference["objective"], (model.predict(fitted) == y).mean())


for case in CASES:
    make(*case)
