"""Least-squares problems of features, of which the first three matter."""

import numpy as np

from potlearn.compress import FeatureProblem
from potlearn.fit import LinearProblem, Ridge


def problem(n=120, features=10, species=("A",), ridge=1e-6, seed=0):
    """Random rows with one-body columns; as features, of which ``f0``, ``f1``, ``f2`` matter."""
    rng = np.random.default_rng(seed)
    names = [f"{s}:{f}" for s in species for f in ("one-body", *_names(features))]
    X = rng.normal(size=(n, len(names)))
    c = np.zeros(len(names))
    for k, weight in enumerate((30.0, -20.0, 10.0)):
        for s in species:
            c[names.index(f"{s}:f{k}")] = weight
    y = X @ c + 0.5 * rng.normal(size=n)
    linear = LinearProblem.from_rows(X, y, tuple(names))
    info = Ridge(ridge).solve(linear).info
    return FeatureProblem.of(linear, _names(features), species, info)


def _names(features):
    return [f"f{k}" for k in range(features)]
