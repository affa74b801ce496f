"""A small fit of an alloy."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT

import potlearn as pl
from potlearn.fit import FitSettings, fit_linear


@pytest.fixture(scope="session")
def alloy():
    """Labelled configurations of copper and gold."""
    rng, frames = np.random.default_rng(0), []
    for _ in range(20):
        atoms = bulk("Cu", "fcc", a=3.8 * rng.uniform(0.97, 1.05), cubic=True)
        atoms.symbols[rng.permutation(4)[:2]] = "Au"
        atoms.positions += rng.normal(scale=0.08, size=atoms.positions.shape)
        atoms.calc = EMT()
        atoms.get_stress()
        frames.append(atoms)
    return pl.from_atoms(frames)


@pytest.fixture(scope="session")
def fit(alloy):
    """A fit of some ACE functions with four folds, and its descriptor."""
    descriptor = pl.ACE(("Cu", "Au"), cutoff=4.5, order=2, degree=(4, 3))
    return fit_linear(alloy, descriptor, FitSettings(n_folds=4)), descriptor
