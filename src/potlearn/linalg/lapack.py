"""Triangular solves, and the status of LAPACK's routines as errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.linalg.blas import lapack


def solve_triangular(
    triangle: NDArray[np.float64], rhs: NDArray[np.float64], *, transposed: bool = False
) -> NDArray[np.float64]:
    """Solve ``R x = rhs`` or ``R^T x = rhs`` for an upper triangle.

    Raises
    ------
    FitError
        The diagonal has a zero.
    """
    solution, info = lapack().dtrtrs(
        np.asfortranarray(triangle), np.asfortranarray(rhs), trans=int(transposed)
    )
    check(info, "dtrtrs")
    return np.asarray(solution)


def check(info: int, routine: str) -> None:
    """Turn LAPACK's status into an error."""
    if info > 0:
        raise FitError(f"LAPACK {routine}: the triangle is singular at column {info - 1}")
    if info < 0:
        raise FitError(f"LAPACK {routine} refused its argument {-info}")
