"""One-sided quadratic penalties against non-negative least squares."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from potlearn.linalg.one_sided import one_sided


def reference(A, missing, weight):
    """The least-distance problem with slack by SciPy's active sets (Lawson & Hanson, ch. 23)."""
    E = np.vstack([A, np.eye(len(missing)) / np.sqrt(weight), missing])
    target = np.zeros(len(E))
    target[-1] = 1.0
    u, _ = nnls(E, target, maxiter=100 * len(missing))
    residual = E @ u - target
    return -residual[: len(A)] / residual[-1]


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 40), st.floats(0.1, 100.0))
def test_against_active_sets(seed, n, m, weight):
    rng = np.random.default_rng(seed)
    A, missing = rng.normal(size=(n, m)), rng.normal(size=m) + 0.2
    u = one_sided(A.T @ A, missing, weight)
    assert (u >= 0).all()
    np.testing.assert_allclose(A @ u, reference(A, missing, weight), atol=1e-6 * (1 + weight))


def test_bounds_of_very_different_size():
    """Missing energies from meV to 10 eV, more unknowns than bounds."""
    rng = np.random.default_rng(0)
    size = 10.0 ** rng.uniform(-3, 1, 60)
    A = rng.normal(size=(80, 60)) * size
    missing = size * rng.uniform(0.1, 1.0, 60)
    u = one_sided(A.T @ A, missing, 1e4)
    y = A @ u
    wanted = reference(A, missing, 1e4)
    found, best = (z @ z + 1e4 * (np.maximum(missing - A.T @ z, 0) ** 2).sum() for z in (y, wanted))
    assert found <= best * (1 + 1e-6)


def test_nothing_missing_needs_nothing():
    assert not one_sided(np.eye(3), np.array([-1.0, 0.0, -2.0]), 10.0).any()
