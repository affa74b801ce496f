"""Neighbour lists: every periodic image within the cutoff, grouped by centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Atoms


@dataclass(frozen=True)
class Neighbors:
    r"""Full neighbour list of one configuration, sorted by centre.

    .. math:: r_{ij} = x_j - x_i + S_{ij} \cdot h

    with ``h`` the cell (rows are cell vectors).  The pairs ``p`` of centre ``i`` are
    ``first[i] <= p < first[i + 1]``.

    Attributes
    ----------
    first : (N + 1,) int64
        Offsets of each centre's pairs.
    j : (P,) int32
        Neighbour index of each pair.
    shifts : (P, 3) int32
        Cell shifts ``S`` of each pair.
    offsets : (P, 3) float64
        Cartesian shift ``S h`` of each pair, in Å.
    cutoff : float
        Distance up to which the list is complete, in Å.
    """

    first: NDArray[np.int64]
    j: NDArray[np.int32]
    shifts: NDArray[np.int32]
    offsets: NDArray[np.float64]
    cutoff: float

    @property
    def i(self) -> NDArray[np.int64]:
        """Centre of each pair, (P,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def vectors(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pair vectors ``r_ij``, (P, 3), in Å."""
        return positions[self.j] - positions[self.i] + self.offsets


def neighbors(atoms: Atoms, cutoff: float) -> Neighbors:
    """Full neighbour list of ``atoms`` (an ``ase.Atoms``) within ``cutoff`` Å.

    Cells thinner than the cutoff are right: every image is counted.  Cell vectors that are zero
    (no periodicity along them) are completed, so molecules need no box.
    """
    from potlearn.structure._neighbors import compute

    pbc = np.asarray(atoms.pbc, bool)
    cell = np.array(atoms.cell.complete() if pbc.any() else np.eye(3), float)
    points = np.ascontiguousarray(atoms.positions, float)
    first, j, shifts, offsets = compute(points, cell, np.linalg.inv(cell), pbc, cutoff)
    return Neighbors(first=first, j=j, shifts=shifts, offsets=offsets, cutoff=cutoff)


def side_by_side(lists: Sequence[Neighbors], cutoff: float) -> Neighbors:
    """Neighbour list of several configurations as one; no pair joins two of them."""
    atoms = np.cumsum([0, *(len(x.first) - 1 for x in lists)])
    pairs = np.cumsum([0, *(len(x.j) for x in lists)])
    whole = zip(lists, atoms[:-1], pairs[:-1], strict=True)
    shifted = [(x.first[:-1] + p, x.j + np.int32(a)) for x, a, p in whole]
    return Neighbors(
        first=np.concatenate([*(first for first, _ in shifted), pairs[-1:]]).astype(np.int64),
        j=np.concatenate([np.zeros(0, np.int32), *(j for _, j in shifted)]),
        shifts=np.concatenate([np.zeros((0, 3), np.int32), *(x.shifts for x in lists)]),
        offsets=np.concatenate([np.zeros((0, 3)), *(x.offsets for x in lists)]),
        cutoff=cutoff,
    )
