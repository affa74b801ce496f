r"""Invariants written out: real coefficients of products of complex moments.

.. math:: B = \sum_m C(m) \prod_t A_{l_t m_t}, \qquad A_{l,-m} = (-1)^m A^*_{lm}

over multisets of (channel, m) with :math:`\sum_t m_t = 0` (Drautz, Phys. Rev. B 99, 014104 (2019),
equation 24).  The moments are those of complex harmonics with Condon-Shortley phase, times
:math:`\sqrt{4\pi}`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.ace.trees import Pair, Part, Pattern, Scalar, Tree, degree, degrees
from potlearn.engine.angular import invariant_tensor, to_complex
from potlearn.typing import Array

ComplexArray: TypeAlias = NDArray[np.complex128]


class Folding(NamedTuple):
    """How tensors over (m_1, ..., m_N) fold onto multisets.

    Attributes
    ----------
    entries : (E,)
        Flat indices of the tensor's entries with sum m = 0.
    place : (E,)
        Multiset of each entry.
    ms : (M(0), N)
        The multisets, m ascending within equal channels.
    """

    entries: NDArray[np.intp]
    place: NDArray[np.intp]
    ms: NDArray[np.int64]


@lru_cache(maxsize=512)
def folding(pattern: Pattern) -> Folding:
    """The folding of a pattern."""
    ls = degrees(pattern)
    grid = np.indices([2 * l + 1 for l in ls]).reshape(len(ls), -1).T - np.array(ls, np.int64)
    entries = np.flatnonzero(grid.sum(1) == 0)
    ms = grid[entries]
    start = 0
    for _, k in pattern:
        ms[:, start : start + k].sort(axis=1)
        start += k
    unique, place = np.unique(ms, axis=0, return_inverse=True)
    return Folding(entries, place.ravel(), unique)


def polynomial(pattern: Pattern, tree: Tree) -> Array:
    """Coefficients C of the multisets of :func:`folding`, (M(0),)."""
    fold = folding(pattern)
    values = _tensor(degrees(pattern), tree).ravel()[fold.entries].real
    c = np.bincount(fold.place, weights=np.asarray(values, float), minlength=len(fold.ms))
    return np.where(np.abs(c) < 1e-14, 0.0, c)


def _tensor(ls: tuple[int, ...], tree: Tree) -> ComplexArray:
    """Coefficients over (m_1, ..., m_N), unfolded."""
    whole, leaves = np.ones(()), list[int]()
    for scalar in tree:
        whole = np.multiply.outer(whole, _scalar(ls, scalar))
        for part in scalar:
            leaves += [part.left, part.right] if isinstance(part, Pair) else [part]
    return np.asarray(whole.transpose(np.argsort(leaves)), complex)


def _scalar(ls: tuple[int, ...], scalar: Scalar) -> ComplexArray:
    tensors = [_part(ls, part) for part in scalar]
    widths = [degree(part, ls) for part in scalar]
    if len(scalar) == 1:
        return tensors[0][:, 0]
    if len(scalar) == 2:
        both: ComplexArray = np.tensordot(tensors[0], tensors[1], (-1, -1))
        return np.asarray(both / np.sqrt(2 * widths[0] + 1))
    first = np.tensordot(tensors[0], invariant_tensor(*widths), (-1, 0))
    second = np.tensordot(first, tensors[1], (-2, -1))
    axis = tensors[0].ndim - 1
    third: ComplexArray = np.tensordot(np.moveaxis(second, axis, -1), tensors[2], (-1, -1))
    return third


def _part(ls: tuple[int, ...], part: Part) -> ComplexArray:
    if isinstance(part, Pair):
        return _pair(ls[part.left], ls[part.right], part.degree)
    return to_complex(ls[part]).T


@cache
def _pair(l1: int, l2: int, l3: int) -> ComplexArray:
    """Real components of a pair from complex moments, (2 l1 + 1, 2 l2 + 1, 2 l3 + 1)."""
    tensor = np.sqrt(2 * l3 + 1) * invariant_tensor(l1, l2, l3)
    coupled: ComplexArray = np.einsum("ijk,ia,jb->abk", tensor, to_complex(l1), to_complex(l2))
    return coupled
