r"""Exactly as many functions of a pattern as are independent, the cheapest ones.

The invariants of a pattern under rotation, inversion and permutation have dimension

.. math:: K = M(0) - M(1) \quad\text{if}\ \sum_t l_t\ \text{is even, else}\ 0

with ``M(s)`` the number of multisets of (channel, m) with :math:`\sum_t m_t = s`: the dimension of
the kernel of the raising operator.  Trees (:mod:`~potlearn.descriptors.ace.trees`) are tried by
their cost and kept when a good part of them is new.  So the functions are sparse, and most of them
are products of functions of lower order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np

from potlearn.descriptors.ace.polynomial import polynomial
from potlearn.descriptors.ace.trees import Pattern, Tree, candidates
from potlearn.errors import BasisError
from potlearn.typing import Array

_NEW = (0.3, 0.03, 1e-8)
"""Part of a tree's norm that must be new: first well apart from the others, then at all."""


@cache
def count(pattern: Pattern) -> int:
    """Number K of independent invariants."""
    if sum(l * k for l, k in pattern) % 2:
        return 0
    sums = {0: 1}
    for l, k in pattern:
        total: dict[int, int] = {}
        for (a, n), (b, m) in product(sums.items(), _multiset_sums(l, k).items()):
            total[a + b] = total.get(a + b, 0) + n * m
        sums = total
    return sums.get(0, 0) - sums.get(1, 0)


@cache
def _multiset_sums(l: int, k: int) -> dict[int, int]:
    """Number of multisets of ``k`` numbers from -l..l, by their sum."""
    sizes: list[dict[int, int]] = [{0: 1}, *({} for _ in range(k))]
    for m in range(-l, l + 1):
        for size in range(1, k + 1):
            for s, n in sizes[size - 1].items():
                sizes[size][s + m] = sizes[size].get(s + m, 0) + n
    return sizes[k]


@cache
def trees(pattern: Pattern) -> tuple[Tree, ...]:
    """K independent trees; their order is part of a function's identity."""
    wanted = count(pattern)
    tried = candidates(pattern) if wanted else []
    if len(tried) == wanted:
        return tuple(tried)
    kept: dict[Tree, Array] = {}
    for share in _NEW:
        for tree in tried:
            if len(kept) < wanted and tree not in kept:
                new = _new_part(polynomial(pattern, tree), list(kept.values()), share)
                kept |= {} if new is None else {tree: new}
    if len(kept) < wanted:
        raise BasisError(f"ace: {len(kept)} of {wanted} invariants found of the pattern {pattern}")
    return tuple(kept)


def _new_part(vector: Array, basis: Sequence[Array], share: float) -> Array | None:
    """Unit vector along the part outside ``basis``, if it is more than ``share`` of the vector."""
    norm = float(np.linalg.norm(vector))
    if norm < 1e-10:
        return None
    rest = vector / norm
    for _ in range(2):
        for b in basis:
            rest = rest - (b @ rest) * b
    left = float(np.linalg.norm(rest))
    return rest / left if left > share else None
