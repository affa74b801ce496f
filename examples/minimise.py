"""Minimise a function of your own, with and without its gradient."""

import numpy as np

import potlearn as pl


def loss(x):
    """Rosenbrock's function and its gradient."""
    a, b = x
    value = (1 - a) ** 2 + 100 * (b - a**2) ** 2
    return value, np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])


bounds = [(-2, 2), (-2, 2)]
for method in ("lbfgs", "nelder-mead"):
    found = pl.optimise.minimize(loss, [-1.0, 1.0], method=method, bounds=bounds)
    print(method, found.x, found.value, found.n_evaluations, found.reason)
