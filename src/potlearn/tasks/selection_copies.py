"""Configurations that are copies of others: turned, shifted, permuted, or with noise.

Copies have equal mean descriptors, which finds candidates in one pass.  Candidates are copies if
they have the same elements, the same charge and spin, and the same interatomic distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.typing import Array, Atoms, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset

# Difference of interatomic distances of copies, Å, and of mean descriptors, in parts of their size.
DISTANCE, SIZE = 1e-3, 1e-8
# What may tell configurations of the same geometry apart.
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
        The largest distance.
    """

    elements: tuple[int, ...]
    state: tuple[str, ...]
    distances: dict[tuple[int, int], Array]
    cutoff: float

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
        return cls(tuple(sorted(z.tolist())), state, found, cutoff)

    def matches(self, other: Fingerprint) -> bool:
        """Whether it is the fingerprint of a copy."""
        if (self.elements, self.state) != (other.elements, other.state):
            return False
        return all(self._same(d, other.distances[pair]) for pair, d in self.distances.items())

    def _same(self, first: Array, second: Array) -> bool:
        """Distances may be on both sides of the cutoff where they are near it."""
        n = min(len(first), len(second))
        beyond: Any = [*first[n:], *second[n:]]
        near = bool((np.abs(first[:n] - second[:n]) <= DISTANCE).all())
        return near and all(d > self.cutoff - DISTANCE for d in beyond)
