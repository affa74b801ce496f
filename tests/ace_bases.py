"""Small ACE bases and clusters for tests."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from oracles import ace_invariants_numpy

from potlearn.descriptors import ACE

FIVE = ("Si", "O", "H", "C", "N")
BASES = {
    "order 1": ACE(("Si",), cutoff=4.0, order=1, degree=6),
    "order 3": ACE(("Si",), cutoff=4.0, order=3, degree=(8, 9, 9)),
    "order 4": ACE(("Si",), cutoff=4.2, nmax=(4, 3, 2, 2), lmax=(0, 4, 3, 2), order=4),
    "order 5": ACE(("Si",), cutoff=4.0, order=5, nmax=2, lmax=(0, 2, 2, 2, 2)),
    "without low degrees": ACE(
        ("Si",), cutoff=4.0, order=3, nmax=(0, 2, 2), lmax=(0, 4, 3), lmin=(0, 2, 2)
    ),
    "two species": ACE(
        ("W", "Be"),
        cutoff=4.3,
        order=4,
        degree=(6, 6, 5, 5),
        radial={"kind": "cheb_exp_cos", "decay": 3.0},
        pairs={"Be-Be": {"cutoff": 3.6}, "W-Be": {"decay": 2.0, "inner": 1.4}},
    ),
    "five species": ACE(FIVE, cutoff=3.5, order=4, nmax=1, lmax=1, radial={"kind": "cheb_pow"}),
    "three species": ACE(
        ("W", "Be", "He"), cutoff=4.0, order=3, degree=5, radial={"kind": "agnesi_jacobi"}
    ),
}


def cluster(species: tuple[str, ...], n: int, seed: int) -> Atoms:
    """``n`` atoms, not periodic, 1.2 Å or more from one another, species in turn."""
    rng = np.random.default_rng(seed)
    positions = np.zeros((1, 3))
    while len(positions) < n:
        new = rng.normal(size=3) * (1.0 + 0.5 * n ** (1 / 3))
        if np.linalg.norm(positions - new, axis=1).min() > 1.2:
            positions = np.vstack([positions, new])
    return Atoms([species[k % len(species)] for k in range(n)], positions=positions)


def exact_moments(basis: ACE, atoms: Atoms) -> list[dict]:
    """The oracle's moments of every atom, with the basis's radial functions, not tabulated."""
    n, degree = len(basis.moments.degrees), max(basis.moments.degrees)

    def radial(centre: int, neighbour: int, r: np.ndarray) -> np.ndarray:
        functions = basis.radials[centre, neighbour]
        inside = r < functions.cutoff
        values = np.zeros((len(r), n))
        values[inside] = functions.functions(r[inside], n).value
        return values

    return ace_invariants_numpy.moments(atoms, radial, basis.species, n, degree)
