r"""Cutoffs to compare: minima of the radial distribution, and numbers of neighbours.

With n(r) the neighbours per atom in a shell of width dr, the radial distribution is in proportion
to :math:`n(r)/r^2`; N(r) is its sum, the number of neighbours within r.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from potlearn.structure.neighbors import neighbors
from potlearn.typing import Array, Atoms

LEAST, MOST = 3.0, 10.0
"""Bounds of a cutoff, Å."""
WIDTH, SMOOTH = 0.05, 3
"""Width of the bins, Å, and of the smoothing in bins."""
FEWEST_NEIGHBORS, MOST_NEIGHBORS = 8.0, 110.0
DENSITIES = (50.0, 30.0, 80.0)
"""Numbers of neighbours that potentials of this kind have."""
STEPS = (0.5, -0.5, 1.0)
"""Changes of the default, Å, where the distribution says too little."""
APART = 0.3
"""Least distance between two candidates, Å."""
NUMBER = 5


@dataclass(frozen=True)
class Radial:
    """Neighbours per atom, by distance.

    Attributes
    ----------
    edges : (B + 1,)
        Å.
    counts : (B,)
        Mean number of neighbours in every bin.
    """

    edges: Array
    counts: Array

    @classmethod
    def of(cls, configurations: Iterable[Atoms]) -> Radial:
        """Distribution up to the largest cutoff over some configurations."""
        edges = np.linspace(0.0, MOST, round(MOST / WIDTH) + 1)
        counts, n_atoms = np.zeros(len(edges) - 1), 0
        for atoms in configurations:
            vectors = neighbors(atoms, MOST).vectors(atoms.positions)
            counts += np.histogram(np.linalg.norm(vectors, axis=1), edges)[0]
            n_atoms += len(atoms)
        return cls(edges, counts / max(n_atoms, 1))

    def within(self, distance: float) -> float:
        """Mean number of neighbours within a distance, Å."""
        return float(np.interp(distance, self.edges[1:], np.cumsum(self.counts)))

    def reach(self, number: float) -> float | None:
        """Distance with so many neighbours, Å; None if it is beyond the largest cutoff."""
        total = np.cumsum(self.counts)
        found = int(np.searchsorted(total, number))
        return float(self.edges[found + 1]) if found < len(total) else None

    def minima(self) -> list[float]:
        """Distances between shells, Å: minima of the smoothed distribution."""
        from scipy.ndimage import gaussian_filter1d

        middle = (self.edges[1:] + self.edges[:-1]) / 2
        g = gaussian_filter1d(self.counts / middle**2, SMOOTH)
        inner = np.flatnonzero((g[1:-1] < g[:-2]) & (g[1:-1] <= g[2:])) + 1
        return [float(middle[k]) for k in inner if g[:k].max() > 1.05 * g[k] < g[k:].max()]


def candidates(radial: Radial, default: float, nearest: float) -> list[float]:
    """Cutoffs to compare, Å, ascending, the default among them.

    Parameters
    ----------
    radial : Radial
    default : float
        Cutoff that is always compared, Å.
    nearest : float
        Distance to the nearest neighbours, Å; a cutoff has at least 1.3 of it.
    """
    found = [default]
    for value in _proposed(radial, default):
        cutoff = round(value, 1)
        far = all(abs(cutoff - other) > APART - 1e-9 for other in found)
        crowd = radial.within(cutoff)
        few = min(FEWEST_NEIGHBORS, radial.within(default))
        if (
            max(LEAST, 1.3 * nearest) <= cutoff <= MOST
            and far
            and few <= crowd <= max(MOST_NEIGHBORS, radial.within(default))
            and len(found) < NUMBER
        ):
            found.append(cutoff)
    return sorted(found)


def _proposed(radial: Radial, default: float) -> Iterator[float]:
    """Distances in the order in which they are worth a comparison."""
    yield from radial.minima()[:3]
    yield from (r for r in map(radial.reach, DENSITIES) if r is not None)
    yield from (default + step for step in STEPS)
