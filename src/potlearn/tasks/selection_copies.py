"""Configurations that are copies of others: turned, shifted, permuted, or with noise.

Copies have equal mean descriptors, which finds candidates in one pass.  Candidates are copies if
they have the same elements, the same charge and spin, and the same interatomic distances up to the
cutoff.  These do not fix how far apart things are beyond the cutoff.  The volumes of periodic cells
are therefore compared, too, and all distances where a configuration has several parts, such as two
molecules that are farther apart than the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.typing import Array, Atoms, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.structure import Neighbors

# Difference of interatomic distances of copies, Å, and of mean descriptors, in parts of their size.
DISTANCE, SIZE = 1e-3, 1e-8
# Info keys in which configurations of the same geometry may differ.
STATES = ("charge", "total_charge", "spin", "total_spin", "multiplicity")


def copies(dataset: Dataset, means: Array, cutoff: float) -> Indices:
    """Number of the first configuration that each one is a copy of, (n,); else its own.

    Parameters
    ----------
    dataset : Dataset
    means : (n, F)
        Mean descriptors of the configurations.
    cutoff : float
        Interatomic distances up to this one are compared, Å.
    """
    from potlearn.select import near_copies
    from potlearn.select.rows import as_rows, blocks

    total = sum(float((block**2).sum()) for _, block in blocks(as_rows(means)))
    found = near_copies(means, least=SIZE * (total / len(means)) ** 0.5)
    parts: dict[int, list[int]] = {}
    for i in np.flatnonzero(np.bincount(found, minlength=len(found))[found] > 1).tolist():
        parts.setdefault(int(found[i]), []).append(i)
    for members in parts.values():
        leaders: list[tuple[int, Fingerprint]] = []
        for i in members:
            own = Fingerprint.of(dataset[i], cutoff)
            same = [j for j, other in leaders if own.matches(other)]
            found[i] = same[0] if same else i
            leaders += [] if same else [(i, own)]
    return found


@dataclass(frozen=True)
class Fingerprint:
    """What copies have in common.

    Attributes
    ----------
    elements : tuple of int
        Atomic numbers, sorted.
    state : tuple
        Charge and spin, where they are given.
    distances : mapping of (int, int) to array
        Sorted distances of each pair of elements, Å.
    cutoff : float
        The largest of them.
    beyond : array
        What is fixed beyond the cutoff, Å: see :func:`_beyond`.
    """

    elements: tuple[int, ...]
    state: tuple[str, ...]
    distances: dict[tuple[int, int], Array]
    cutoff: float
    beyond: Array

    @classmethod
    def of(cls, atoms: Atoms, cutoff: float) -> Fingerprint:
        """Fingerprint of a configuration."""
        from potlearn.structure import neighbors

        near = neighbors(atoms, cutoff)
        lengths = np.linalg.norm(near.vectors(atoms.positions), axis=1)
        z, found = atoms.numbers, {}
        for a in np.unique(z).tolist():
            for b in np.unique(z[z >= a]).tolist():
                found[a, b] = np.sort(lengths[(z[near.i] == a) & (z[near.j] == b)])
        state = tuple(f"{key} {atoms.info[key]}" for key in STATES if key in atoms.info)
        return cls(tuple(sorted(z.tolist())), state, found, cutoff, _beyond(atoms, near))

    def matches(self, other: Fingerprint) -> bool:
        """Whether it is the fingerprint of a copy."""
        if (self.elements, self.state) != (other.elements, other.state):
            return False
        if self.beyond.shape != other.beyond.shape:
            return False
        if not (np.abs(self.beyond - other.beyond) <= DISTANCE).all():
            return False
        return all(self._same(d, other.distances[pair]) for pair, d in self.distances.items())

    def _same(self, first: Array, second: Array) -> bool:
        """Distances may be on both sides of the cutoff where they are near it."""
        n = min(len(first), len(second))
        beyond: Any = [*first[n:], *second[n:]]
        near = bool((np.abs(first[:n] - second[:n]) <= DISTANCE).all())
        return near and all(d > self.cutoff - DISTANCE for d in beyond)


def _beyond(atoms: Atoms, near: Neighbors) -> Array:
    """Cube root of a periodic cell's volume; then, of several parts, sorted distances of all atoms.

    Above 200 atoms these are positions, so that only copies that were not moved are found.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    from potlearn.data.shape import ALL_DISTANCES, sorted_distances

    n = len(atoms)
    size = atoms.cell.volume ** (1 / 3) if atoms.pbc.all() else 0.0
    links = coo_array((np.ones(len(near.i)), (near.i, near.j)), shape=(n, n))
    if connected_components(links, directed=False)[0] == 1:
        return np.array([size])
    return np.append(
        size, sorted_distances(atoms) if n <= ALL_DISTANCES else atoms.get_positions().ravel()
    )
