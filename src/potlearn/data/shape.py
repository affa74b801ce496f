r"""The shape of a configuration: numbers that translation, rotation and reordering do not change.

Two configurations that differ by translation, rotation, or the order of their atoms have the same
invariants

.. math::
    I_k = \sum_i \sum_{j} w_{ij} f_k(r_{ij}), \qquad
    I_v = \sum_i \Big|\sum_j z_j f(r_{ij}) \hat r_{ij}\Big|^2, \qquad
    I_t = \sum_i \Big\|\sum_j z_j f(r_{ij}) \hat r_{ij} \hat r_{ij}^T\Big\|^2

with :math:`f_k(r) = (1 - r/r_c)^2 r^{-k}` and :math:`w_{ij} = z_i z_j^2` of the atomic numbers, the
same volume, and the same distances between all their atoms (the shortest ones, over all images).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.typing import Atoms

Floats = NDArray[np.float64]
N_INVARIANTS = 5
# Relative agreement of the invariants and volumes, and agreement in Å of the distances, of one
# shape; all distances are compared up to so many atoms.
SAME_INVARIANTS = 1e-6
SAME_DISTANCE = 1e-4
ALL_DISTANCES = 200
CUTOFF = 5.0


def invariants(vectors: Floats, r: Floats, pairs: Neighbors, z: Floats) -> Floats:
    """The five invariants: k = 0, 1, 3, then vector and tensor."""
    if not len(r):
        return np.zeros(N_INVARIANTS)
    safe = np.maximum(r, 1e-3)
    smooth = (1.0 - r / pairs.cutoff) ** 2
    zi, zj = np.repeat(z, np.diff(pairs.first)), z[pairs.j]
    weight = smooth * zi * zj**2 * 1e-3
    radial = [weight.sum(), (weight / safe).sum(), (weight / safe**3).sum()]
    unit = vectors / safe[:, None]
    field = (smooth * zj)[:, None] * unit
    starts = pairs.first[:-1][np.diff(pairs.first) > 0]
    vector = np.add.reduceat(field, starts, axis=0)
    tensor = np.add.reduceat(field[:, :, None] * unit[:, None, :], starts, axis=0)
    return np.array([*radial, (vector**2).sum(), (tensor**2).sum()])


def agree(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Whether rows of five invariants and a volume are those of one shape, (n,).

    Each quantity is compared on its own scale.  That of the vector invariant, which symmetry makes
    zero, is the tensor's.
    """
    scale = np.maximum(np.abs(a), np.abs(b))
    scale[:, 3] = scale[:, 4]
    return np.asarray((np.abs(a - b) <= SAME_INVARIANTS * scale).all(axis=1))


@dataclass(frozen=True)
class Shape:
    """Numbers to compare configurations of the same composition by.

    Attributes
    ----------
    numbers : (6,) float64
        Invariants and volume (zero unless periodic in three directions).
    distances : (m,) float64
        Distances of all pairs, sorted within each pair of elements; none above 200 atoms.
    alone : bool
        Whether an atom has no neighbour.
    """

    numbers: Floats
    distances: Floats
    alone: bool

    @classmethod
    def of(cls, atoms: Atoms) -> Shape:
        """Measure a configuration."""
        pairs = neighbors(atoms, CUTOFF)
        vectors = pairs.vectors(atoms.positions)
        r = np.sqrt(np.einsum("pk,pk->p", vectors, vectors))
        found = invariants(vectors, r, pairs, np.asarray(atoms.numbers, np.float64))
        volume = abs(float(np.linalg.det(np.asarray(atoms.cell)))) if atoms.pbc.all() else 0.0
        alone = bool((np.diff(pairs.first) == 0).any())
        return cls(np.append(found, volume), sorted_distances(atoms), alone)

    def same(self, other: Shape) -> bool:
        """Whether two configurations of one composition are equal up to symmetry."""
        if self.alone or other.alone or self.distances.shape != other.distances.shape:
            return False
        near = np.abs(self.distances - other.distances) <= SAME_DISTANCE
        return bool(near.all() and agree(self.numbers[None], other.numbers[None])[0])


def sorted_distances(atoms: Atoms) -> Floats:
    """Distances of all pairs of atoms, sorted within each pair of elements; none above 200 atoms.

    Sorted numbers move by no more than the distances do, so that rounding changes nothing.
    """
    if not 1 < len(atoms) <= ALL_DISTANCES:
        return np.zeros(0)
    i, j = np.triu_indices(len(atoms), 1)
    r = nearest_images(atoms.positions[j] - atoms.positions[i], atoms)
    z = np.asarray(atoms.numbers)
    kind = np.maximum(z[i], z[j]) * 1000 + np.minimum(z[i], z[j])
    return np.asarray(r[np.lexsort((r, kind))], np.float64)


def nearest_images(vectors: Floats, atoms: Atoms) -> Floats:
    """Lengths (m,) of the shortest periodic images of vectors (m, 3).

    In a reduced cell the shortest image is within one cell of the one that is centred.  Those that
    may be shorter (none if the cell vectors are orthogonal) are one matrix product here;
    ``ase.geometry.find_mic``, which visits all one by one, takes six times as long, and misses
    images where a vector that is not periodic is skewed.
    """
    from ase.geometry import complete_cell, minkowski_reduce

    given = np.asarray(atoms.cell)
    pbc = atoms.pbc & given.any(axis=1)
    cell = complete_cell(minkowski_reduce(np.where(pbc[:, None], given, 0.0), pbc)[0])
    fractions = vectors @ np.linalg.inv(cell)
    fractions -= np.round(fractions) * pbc
    centred = fractions @ cell
    shifts = _shorter(cell, pbc, np.abs(fractions).max(0))
    nearer = (2 * centred @ shifts.T + (shifts**2).sum(1)).min(1, initial=0.0)
    return np.asarray(np.sqrt(np.maximum((centred**2).sum(1) + nearer, 0.0)), np.float64)


def _shorter(cell: Floats, pbc: NDArray[np.bool_], most: Floats) -> Floats:
    r"""Lattice vectors s (k, 3) that may make a vector shorter.

    :math:`|v + s|^2 < |v|^2` needs :math:`s^2 < -2 v s \le 2 \sum_a f_a |h_a s|` with the cell
    vectors h and the largest fractional coordinates f of the vectors, ``most``.
    """
    steps = np.array(list(product(*(range(-p, p + 1) for p in pbc.astype(int)))))
    shifts: Floats = steps @ cell
    shorter: NDArray[np.bool_] = (shifts**2).sum(1) < 2 * np.abs(shifts @ cell.T) @ most
    return shifts[shorter]
