"""Neighbour lists: every periodic image within the cutoff, grouped by centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Neighbors:
    r"""Full neighbour list of one configuration, sorted by centre.

    .. math:: r_{ij} = x_j - x_i + S_{ij} \cdot h

    with ``h`` the cell (rows are cell vectors).  Pair ``p`` of centre ``i`` stands at
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


def neighbors(atoms: Any, cutoff: float) -> Neighbors:
    """Full neighbour list of ``atoms`` (an ``ase.Atoms``) within ``cutoff`` Å.

    Cells thinner than the cutoff are right: every image is counted.  Cell vectors that are zero
    (no periodicity along them) are completed, so molecules need no box.
    """
    from ._neighbors import compute

    pbc = np.asarray(atoms.pbc, bool)
    cell = np.array(atoms.cell.complete() if pbc.any() else np.eye(3), float)
    points = np.ascontiguousarray(atoms.positions, float)
    first, j, shifts, offsets = compute(points, cell, np.linalg.inv(cell), pbc, cutoff)
    return Neighbors(first=first, j=j, shifts=shifts, offsets=offsets, cutoff=cutoff)
