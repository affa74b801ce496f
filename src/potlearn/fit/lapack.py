"""LAPACK routines of SciPy, loaded without the rest of ``scipy.linalg``.

The compiled module alone loads in 5 ms; the package around it takes 0.15 s, a good part of a small
fit.  Where SciPy keeps the module elsewhere, the public ``scipy.linalg.lapack`` serves.
"""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError


@cache
def lapack() -> ModuleType:
    """Module with SciPy's LAPACK wrappers (``dgeqrt``, ``dtpqrt``, ``dtrtrs``)."""
    scipy = find_spec("scipy")
    if scipy is not None and scipy.origin is not None:
        folder = Path(scipy.origin).parent / "linalg"
        spec = PathFinder.find_spec("_flapack", [str(folder)])
        if spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    from scipy.linalg import lapack as public

    found: ModuleType = public
    return found


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
