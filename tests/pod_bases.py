"""Small POD bases and configurations for tests, in the package's terms and in the oracle's."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from oracles import pod_numpy

from potlearn.descriptors import POD

NAMES = ("two", "three", "four", "five", "six", "seven")


def settings(
    radial: tuple[int, ...], degree: tuple[int, ...], rin: float = 0.9, nb: int = 3, ni: int = 6
) -> dict:
    """Keywords of a basis: radial functions from two-body on, degrees from three-body on."""
    counts = {
        f"{q}body_number_radial_basis_functions": n for q, n in zip(NAMES, radial, strict=True)
    }
    degrees = {f"{q}body_angular_degree": p for q, p in zip(NAMES[1:], degree, strict=True)}
    degrees |= {"bessel_polynomial_degree": nb, "inverse_polynomial_degree": ni}
    return {"rin": rin} | counts | degrees


def pod(species: tuple[str, ...], cutoff: float, **keywords) -> POD:
    return POD(species=species, cutoff=cutoff, **keywords)


def oracle(descriptor: POD) -> pod_numpy.Basis:
    keywords = descriptor.to_dict()
    for name in ("family", "species", "clusters"):
        keywords.pop(name, None)
    return pod_numpy.Basis(descriptor.species, rcut=keywords.pop("cutoff"), **keywords)


BASES = {
    "two-body": pod(("Si",), 4.0, **settings((4, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0))),
    "more two- than three-body": pod(("Si",), 4.0, **settings((5, 3, 0, 0, 0, 0), (4, 0, 0, 0, 0))),
    "more three- than two-body": pod(("Si",), 4.0, **settings((2, 4, 2, 0, 0, 0), (3, 3, 0, 0, 0))),
    "2-7-body": pod(("Si",), 4.2, **settings((5, 4, 3, 3, 2, 2), (4, 3, 3, 2, 2))),
    "degrees 12 and 6": pod(("Si",), 4.0, **settings((3, 2, 2, 1, 1, 1), (12, 6, 4, 2, 2))),
    "W-Be 2-7-body": pod(("W", "Be"), 4.3, **settings((3, 2, 2, 2, 2, 1), (3, 3, 2, 1, 2))),
    "five species": pod(
        ("Si", "O", "H", "C", "N"), 3.5, **settings((3, 2, 1, 0, 0, 0), (2, 2, 0, 0, 0))
    ),
}


def cell(species: tuple[str, ...], n: int, seed: int, length: float = 4.6) -> Atoms:
    """A triclinic periodic cell with ``n`` atoms no closer than 1.4 Å, species in turn."""
    rng = np.random.default_rng(seed)
    matrix = length * (np.eye(3) + 0.12 * rng.uniform(-1, 1, (3, 3)))
    atoms = Atoms([species[k % len(species)] for k in range(n)], cell=matrix, pbc=True)
    for _ in range(2000):
        atoms.set_scaled_positions(rng.uniform(size=(n, 3)))
        d = atoms.get_all_distances(mic=True)
        if n == 1 or d[~np.eye(n, dtype=bool)].min() > 1.4:
            return atoms
    raise AssertionError("no such cell found")


def cluster(species: tuple[str, ...], n: int, seed: int) -> Atoms:
    """``n`` atoms in a row with some disorder, no periodicity: few neighbours each."""
    rng = np.random.default_rng(seed)
    positions = np.arange(n)[:, None] * np.array([1.9, 0.4, 0.2]) + rng.uniform(-0.3, 0.3, (n, 3))
    return Atoms([species[k % len(species)] for k in range(n)], positions=positions)
