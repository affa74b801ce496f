"""Least squares with coefficients that are not negative."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from potlearn.linalg.blas import compiled
from potlearn.typing import Array


def nnls(A: Array, b: Array, most: int) -> tuple[Array, float]:
    r"""Minimiser of :math:`\|A x - b\|` with :math:`x \ge 0`, and that norm.

    The routine is SciPy's (Lawson & Hanson's active sets).

    Parameters
    ----------
    A, b : (m, n), (m,)
    most : int
        Largest number of iterations.

    Raises
    ------
    RuntimeError
        There are more.
    """
    if _routine() is None:
        from scipy.optimize import nnls as public

        x, norm = public(A, b, maxiter=most)
        return x, float(norm)
    x, norm, info = _routine()(np.ascontiguousarray(A), b, most)
    if info == 3:
        raise RuntimeError(f"non-negative least squares: no minimiser after {most} iterations")
    return x, float(norm)


@cache
def _routine() -> Any:
    return getattr(compiled("optimize", "_slsqplib"), "nnls", None)
