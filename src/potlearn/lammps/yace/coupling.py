r"""Products of complex moments coupled to a scalar, as pacemaker's B-basis couples them.

Factors are coupled in pairs, (1 2), (3 4), (5 6), the pairs one after the other, and all of them
to zero, each time with Clebsch-Gordan coefficients

.. math:: \langle l_1 m_1 l_2 m_2 | L M \rangle = (-1)^{l_1 - l_2 + M} \sqrt{2L+1}
          \begin{pmatrix} l_1 & l_2 & L \\ m_1 & m_2 & -M \end{pmatrix}

Bochkarev et al., Phys. Rev. Materials 6, 013804 (2022).
"""

from __future__ import annotations

from functools import lru_cache
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from potlearn.engine.angular import three_j
from potlearn.errors import ModelFileError
from potlearn.typing import Array

HIGHEST_RANK = 6
"""Largest number of factors that are coupled."""
MOST = 200_000
"""Largest number of combinations of m, those that do not sum to zero included."""


@lru_cache(maxsize=4096)
def coupled(ls: tuple[int, ...], between: tuple[int, ...]) -> tuple[NDArray[np.int64], Array]:
    """Combinations of m, (M, N), and their coefficients (M,).

    Parameters
    ----------
    ls : tuple of int
        Degree of every factor.
    between : tuple of int
        Degrees of the pairs (1 2), (3 4), (5 6), then those of the pairs coupled to one another;
        N - 2 numbers from order 2 on.

    Raises
    ------
    ModelFileError
        An order or degrees beyond the limits, degrees that do not couple.
    """
    n = len(ls)
    if n > HIGHEST_RANK:
        raise ModelFileError(f"expected {HIGHEST_RANK} factors at most, got {n}")
    if prod(2 * l + 1 for l in ls) > MOST:
        raise ModelFileError(f"degrees {list(ls)}: expected {MOST} combinations of m at most")
    if len(between) != max(n - 2, 0):
        raise ModelFileError(f"lint: expected {max(n - 2, 0)} degrees, got {list(between)}")
    tensor = _scalar(ls, between)
    ms = np.stack(np.nonzero(tensor), 1) - np.array(ls)
    values = tensor[tensor != 0]
    if not len(values):
        raise ModelFileError(f"degrees {list(ls)} do not couple to zero over {list(between)}")
    return ms, values


def _scalar(ls: tuple[int, ...], between: tuple[int, ...]) -> Array:
    if len(ls) == 1:
        return np.ones(1) if ls == (0,) else np.zeros(2 * ls[0] + 1)
    if len(ls) == 2:
        return clebsch_gordan(ls[0], ls[1], 0)[:, :, 0]
    n_pairs = len(ls) // 2
    parts = [clebsch_gordan(ls[2 * k], ls[2 * k + 1], between[k]) for k in range(n_pairs)]
    if len(ls) % 2:
        parts.append(np.eye(2 * ls[-1] + 1))
    whole = parts[0]
    targets = (*between[n_pairs:], 0)[: len(parts) - 1]
    for part, target in zip(parts[1:], targets, strict=True):
        degrees = (whole.shape[-1] // 2, part.shape[-1] // 2, target)
        half = np.tensordot(whole, clebsch_gordan(*degrees), (-1, 0))
        whole = np.moveaxis(np.tensordot(half, part, (-2, -1)), whole.ndim - 1, -1)
    scalar: Array = whole[..., 0]
    return scalar


@lru_cache(maxsize=4096)
def clebsch_gordan(l1: int, l2: int, l3: int) -> Array:
    """The coefficients, (2 l1 + 1, 2 l2 + 1, 2 l3 + 1); zero for degrees that do not couple."""
    found = np.zeros((2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1))
    if not abs(l1 - l2) <= l3 <= l1 + l2:
        return found
    for m1 in range(-l1, l1 + 1):
        for m2 in range(max(-l2, -l3 - m1), min(l2, l3 - m1) + 1):
            value = (-1) ** ((m1 + m2) % 2) * sqrt(2 * l3 + 1) * three_j(l1, l2, l3, m1, m2)
            found[l1 + m1, l2 + m2, l3 + m1 + m2] = value
    return found
