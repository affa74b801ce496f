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
    from vesin import NeighborList

    pbc = np.asarray(atoms.pbc, bool)
    cell = np.asarray(atoms.cell.complete() if pbc.any() else atoms.cell, float)
    i, j, shifts = NeighborList(cutoff=cutoff, full_list=True, sorted=True).compute(
        points=atoms.positions, box=cell, periodic=pbc, quantities="ijS"
    )
    first = np.concatenate([[0], np.cumsum(np.bincount(i, minlength=len(atoms)))])
    shifts = np.asarray(shifts, np.int32).reshape(-1, 3)
    return Neighbors(
        first=first.astype(np.int64),
        j=np.asarray(j, np.int32),
        shifts=shifts,
        offsets=shifts @ cell,
        cutoff=cutoff,
    )
