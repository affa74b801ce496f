"""Small sets of EMT metals for the tests beyond the data."""

from functools import cache

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT

import potlearn as pl

CUTOFF = 5.0


def labelled(atoms):
    """The configuration with EMT's labels."""
    atoms.calc = EMT()
    atoms.get_stress()
    return atoms


@cache
def copper(n=40, seed=0):
    """Rattled and strained fcc copper near rest, nothing else."""
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(n):
        atoms = bulk("Cu", "fcc", a=3.6 * (1 + 0.02 * rng.normal()), cubic=True)
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + 0.02 * rng.normal(size=(3, 3))), True)
        atoms.positions += 0.08 * rng.normal(size=atoms.positions.shape)
        frames.append(labelled(atoms))
    return pl.from_atoms(frames)


def alloy(kinds, n, seed):
    """Fcc cells whose atoms are drawn from the sets of elements in turn."""
    rng = np.random.default_rng(seed)
    frames = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", a=3.9 * (1 + 0.02 * rng.normal()), cubic=True) * (2, 1, 1)
        atoms.symbols = rng.choice(kinds[k % len(kinds)], len(atoms))
        atoms.positions += 0.05 * rng.normal(size=atoms.positions.shape)
        frames.append(labelled(atoms))
    return pl.from_atoms(frames)


def fitted(data, descriptor, settings=None):
    """A fit above the default ZBL: result, reference, coverage, the potential as it is."""
    coverage = pl.Coverage.of(data, descriptor.species)
    reference = pl.default_zbl(coverage.shortest, descriptor.species)
    result = pl.fit_linear(data, descriptor, settings, reference=reference)
    plain = pl.LinearPotential(descriptor, result.coefficients, reference)
    return result, reference, coverage, plain
